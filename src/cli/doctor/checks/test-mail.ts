import { type GraphMailError, isGraphMailError } from '../../../common/errors.js';
import { quotePowerShell } from '../../../common/shell-quoting.js';
import { EXIT, type ExitCode, exitCodeOfError } from '../../common/exit-codes.js';
import { type Check, failed, ok, skipped } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';
import { connectCommand } from '../common/clouds-in-words.js';
import { beforeMailboxes } from './mailboxes.js';

const subject = { id: 'test-mail', title: 'Test mail' };

/** Milliseconds that may pass with retries: the user is waiting. */
const longestWait = 30_000;

/** Sends a real mail, with `--send-to`. */
export async function checkTestMail(context: CheckContext): Promise<Check[]> {
  const { flags, settings, configuration, environment, inbox } = context;
  const to = flags.sendTo;
  if (to === undefined) return [skipped(subject, 'Not sent: --send-to <address> sends a real one.')];
  const mailbox = typeof settings?.mailbox === 'string' ? settings.mailbox : '';
  const blocked = context.blocked(subject, ...beforeMailboxes, `mailbox:${mailbox}`);
  if (blocked) return [blocked];
  const from = flags.from ?? mailbox;
  if (!from.includes('@')) {
    const seen = `Not sent: the mailbox is given by its object id (${mailbox}), so its address is not known.`;
    return [failed(subject, EXIT.configuration, seen, 'Give the address that the mail comes from with --from.')];
  }
  let messageId: string | undefined;
  const onAttempt = (attempt: { messageId: string }) => {
    messageId = attempt.messageId;
  };
  const transporter = environment.connect({ ...configuration?.options, maxWait: longestWait });
  try {
    const info = await transporter.sendMail({
      from,
      to,
      subject: 'Test mail of nodemailer-graph-transport',
      text: `This is a test mail, which "nodemailer-graph-transport doctor" sent from ${mailbox}. Nothing is to be done.\n`,
      graph: { onAttempt },
    });
    const ids = info as { messageId: string; requestId?: string };
    return [
      ok(
        subject,
        `Sent from ${mailbox} to ${to}. ${idsInWords(ids)} ${inbox === undefined ? 'Graph took it; whether it arrived, the trace tells.' : `See it on ${inbox}`}`,
        {
          command: traceOf(ids, context),
        },
      ),
    ];
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    const seen = `From ${from}, mailbox ${mailbox}, to ${to}: ${error.message}`;
    if (error.outcome !== 'unknown') {
      return [failed(subject, exitCodeOf(error), `${seen}${idsInWords(error, ' ')}`, error.hint)];
    }
    // With the ids that the user needs to search for it.
    const ids = { ...(messageId && { messageId }), ...(error.requestId && { requestId: error.requestId }) };
    const trace = messageId === undefined ? {} : { command: traceOf({ ...ids, messageId }, context) };
    return [failed(subject, EXIT.unknown, `It may have been sent. ${seen}${idsInWords(ids, ' ')}`, error.hint, trace)];
  } finally {
    transporter.close();
  }
}

/** A mail that Graph refuses for its content is bad input. */
function exitCodeOf(error: GraphMailError): ExitCode {
  return error.code === 'EMESSAGE' ? EXIT.badInput : exitCodeOfError(error);
}

function idsInWords({ messageId, requestId }: { messageId?: string; requestId?: string }, before = ''): string {
  const ids = [messageId && `Message-ID ${messageId}`, requestId && `request-id ${requestId}`].filter(Boolean);
  return ids.length === 0 ? '' : `${before}${ids.join(', ')}.`;
}

/** How an administrator follows it: the mail by its Message-ID, the request by its id (where activity logs are collected). */
function traceOf({ messageId, requestId }: { messageId: string; requestId?: string }, { cloud }: CheckContext): string {
  const trace = `${connectCommand(cloud)}\nGet-MessageTraceV2 -MessageId ${quotePowerShell(messageId)}`;
  if (requestId === undefined || !/^[\w-]+$/.test(requestId)) return trace;
  return `${trace}\n# Where Graph activity logs are collected:\nMicrosoftGraphActivityLogs | where RequestId == "${requestId}"`;
}
