import { quotePowerShell } from '../../../common/shell-quoting.js';
import { explainRefusal } from '../../../delivery/request/error-hints.js';
import { EXIT } from '../../common/exit-codes.js';
import { type Check, failed, ok, skipped, warning } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';
import { connectCommand } from '../common/clouds-in-words.js';
import { userAgent } from '../common/environment.js';
import { explainDenial } from './denial-causes.js';
import {
  answerInWords,
  askToSend,
  classifySendAnswer,
  mayBeUserAgent,
  otherUserAgent,
  type SendAnswer,
} from './send-check.js';

const subject = { id: 'mailboxes', title: 'Send check of mailboxes' };

export const beforeMailboxes = [
  ...['configuration', 'certificate-file', 'certificate', 'certificate-days', 'clock', 'dns', 'proxy', 'tls', 'token'],
  'permissions',
];

/** Which mailboxes the application may likely send from; asked only with `--probe`. */
export async function checkMailboxes(context: CheckContext): Promise<Check[]> {
  const { flags, settings, claims } = context;
  if (!flags.probe) {
    const why = 'with --probe, Graph is asked to send a mail without recipients from each mailbox, which it refuses.';
    return [skipped(subject, `Not asked: ${why}`)];
  }
  const blocked = context.blocked(subject, ...beforeMailboxes);
  if (blocked) return [blocked];
  const denied = flags.deniedMailbox ?? [];
  const allowed = flags.mailbox ?? (typeof settings?.mailbox === 'string' ? [settings.mailbox] : []);
  const asked: { mailbox: string; expected: 'allowed' | 'denied'; answer: SendAnswer }[] = [];
  for (const [mailboxes, expected] of [
    [allowed, 'allowed'],
    [denied, 'denied'],
  ] as const) {
    for (const mailbox of mailboxes) asked.push({ mailbox, expected, answer: await askToSend(mailbox, context) });
  }
  const isAllowed = ({ answer }: { answer: SendAnswer }) => classifySendAnswer(answer) === 'allowed';
  const otherAllowed = asked.some(isAllowed);
  // A block list by User-Agent refuses the program for all mailboxes alike; the second request has no recipients either.
  const shut = otherAllowed ? undefined : asked.find(({ answer }) => mayBeUserAgent(answer));
  const allowedByOtherUserAgent = shut && isAllowed({ answer: await askToSend(shut.mailbox, context, otherUserAgent) });
  return asked.map((one) =>
    mailboxCheck(one, { context, roles: claims?.roles ?? [], otherAllowed, allowedByOtherUserAgent }),
  );
}

interface AskedMailbox {
  mailbox: string;
  expected: 'allowed' | 'denied';
  answer: SendAnswer;
}

interface Circumstances {
  context: CheckContext;
  roles: readonly string[];
  otherAllowed: boolean;
  allowedByOtherUserAgent: boolean | undefined;
}

/** What the answer to the send check of a mailbox means, worded as the inference that it is. */
function mailboxCheck({ mailbox, expected, answer }: AskedMailbox, circumstances: Circumstances): Check {
  const { context, roles, otherAllowed } = circumstances;
  const { mode } = context.flags;
  const subject = { id: `mailbox:${mailbox}`, title: `Send check of ${mailbox}` };
  const said = answerInWords(answer);
  const proof = { command: proofFor(mailbox, context) };
  switch (classifySendAnswer(answer)) {
    case 'allowed': {
      const seen = `Likely allowed: Graph refused a mail without recipients only for that (${said}).`;
      return expected === 'allowed'
        ? ok(subject, seen, proof)
        : failed(subject, EXIT.permission, `${seen} It should be denied.`, restrictionCure(mode, roles), proof);
    }
    case 'denied': {
      if (expected === 'denied') {
        const seen = `Likely denied, as it should be (${said}).`;
        return otherAllowed
          ? ok(subject, seen, proof)
          : warning(
              subject,
              `${seen} No other mailbox was seen to be allowed, so this proves no restriction.`,
              'Get the mailbox that sends allowed first, then check both.',
              proof,
            );
      }
      const { cause, cure } = explainDenial(answer, { ...circumstances, mode, userAgent });
      return failed(subject, EXIT.permission, `Likely denied (${said}). ${cause}`, cure, proof);
    }
    case 'no-mailbox': {
      const seen = `There is no mailbox that could send (${said}).`;
      const cure =
        answer.code === 'MailboxNotEnabledForRESTAPI'
          ? (explainRefusal(404, answer.code, answer.message).hint ?? '')
          : 'Give the primary address (or object id) of a user or shared mailbox of this tenant. An alias is not enough; a distribution list, group or mail contact has no mailbox.';
      const lookUp = {
        command: `${connectCommand(context.cloud)}\nGet-Recipient -Identity ${quotePowerShell(mailbox)}`,
      };
      return expected === 'allowed'
        ? failed(subject, EXIT.configuration, seen, cure, lookUp)
        : warning(subject, `${seen} It proves no restriction.`, cure, lookUp);
    }
    case 'token-refused':
      return failed(
        subject,
        EXIT.configuration,
        `Graph does not take the token (${said}).`,
        explainRefusal(401, answer.code, answer.message).hint ?? '',
      );
    case 'busy':
      return warning(
        subject,
        `No answer about the permission: Graph is busy or troubled (${said}).`,
        'Check again in some minutes.',
      );
    case 'no-answer':
      return failed(
        subject,
        EXIT.unavailable,
        `${said}. This says nothing about the permission.`,
        'Check the network between this machine and Graph, then check again.',
      );
    case 'unclear':
      return warning(
        subject,
        `Neither allowed nor denied can be inferred (${said}).`,
        'Ask Exchange with the command below, or send a test mail with --send-to.',
        proof,
      );
  }
}

/** What to do about a mailbox that is allowed and should not be. */
function restrictionCure(mode: Circumstances['context']['flags']['mode'], roles: readonly string[]): string {
  if (mode === 'policy') {
    return 'Restrict the application: New-ApplicationAccessPolicy with RestrictAccess and a group that does not hold this mailbox. A policy made a moment ago does not count yet.';
  }
  if (roles.includes('Mail.Send')) {
    return 'Remove the permission Mail.Send in Entra, its admin consent too: it counts for every mailbox of the tenant, whatever Exchange assigns. Tokens from before keep it for up to 24 hours: to end them now, disable the Enterprise application once the permission is removed, and enable it again.';
  }
  return 'Give the assignment of "Application Mail.Send" a scope that does not hold this mailbox (Get-ManagementRoleAssignment shows it). A change made less than two hours ago may not count yet.';
}

/** The cmdlet that tells for sure what Exchange itself decides. (fact access-6) */
function proofFor(mailbox: string, { cloud, settings, flags }: CheckContext): string {
  const clientId = settings && 'clientId' in settings.identity ? settings.identity.clientId : '';
  const test =
    flags.mode === 'rbac'
      ? `Test-ServicePrincipalAuthorization -Identity ${clientId} -Resource ${quotePowerShell(mailbox)}`
      : `Test-ApplicationAccessPolicy -AppId ${clientId} -Identity ${quotePowerShell(mailbox)}`;
  return `${connectCommand(cloud)}\n${test}`;
}
