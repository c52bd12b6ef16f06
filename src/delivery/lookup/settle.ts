import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { parseObject } from '../../graph/http.js';
import type { TracedRecipient } from '../../graph/message-trace.js';
import { shown } from '../../options/shown-value.js';
import { sendDraft } from '../draft/send-as-draft.js';
import { withoutVerdict } from '../request/delivery-errors.js';
import { classifyRepeatable } from '../request/outcome.js';
import { withoutStop } from '../request/request-errors.js';
import type { Requests } from '../request/requests.js';
import { inWords, searchSentItems, there } from './sent-items.js';

/** A message that an earlier process was sending. */
export interface UnsettledMessage {
  /** With angle brackets. */
  messageId: string;
  /** The draft that it was to go out as. */
  draftId?: string | undefined;
  /** What came into being before, or of a draft what was sent before, cannot be this message. */
  sentAfter?: Date | undefined;
  /** Milliseconds to look for it in Sent Items. */
  window: number;
}

/** What shows that a message was sent. */
export interface SettledMessage {
  outcome: 'sent';
  /** In one line. */
  response: string;
  /** Graph's `request-id`, where an answer of Graph shows it. */
  requestId?: string;
  /** `'draft'`: its draft was sent now. `'sent-items'`: it lies in Sent Items. `'trace'`: message trace has it. */
  how: 'draft' | 'sent-items' | 'trace';
  /** What message trace says of each recipient, where it was asked: `'sent'` means that Exchange took the message, and no more. */
  recipients?: TracedRecipient[];
}

/** What is known of a message that was not shown to be sent, as the error that tells it. */
export interface Unsettled {
  outcome: 'not-sent' | 'unknown';
  error: GraphMailError;
}

/**
 * Finds out what became of a message, and sends its draft where that is still there: a draft goes out once at most.
 * @throws GraphMailError when that could not be asked, whatever its outcome says
 */
export async function settle(requests: Requests, message: UnsettledMessage): Promise<SettledMessage | Unsettled> {
  const { draftId } = message;
  if (draftId === undefined) return lookInSentItems(requests, message);
  try {
    const { response, requestId } = await sendDraft(requests, draftId);
    return { outcome: 'sent', response, ...(requestId !== undefined && { requestId }), how: 'draft' };
  } catch (error) {
    if (!isGraphMailError(error) || requests.aborted) throw error;
    if (error.outcome === 'not-sent' && error.graphCode !== 'ErrorItemNotFound') {
      // An earlier request may have sent it all the same: many refusals come before Graph looks for the draft.
      if (!error.permanent || error.responseCode === undefined) throw error;
      if (await isStillDraft(requests, draftId))
        return { outcome: 'not-sent', error: stillThere(error, requests, draftId) };
    }
    return lookInSentItems(requests, message, error);
  }
}

/** @throws GraphMailError when Graph does not tell */
async function isStillDraft(requests: Requests, id: string): Promise<boolean> {
  const { graph, mailbox } = requests;
  try {
    const { answer } = await requests.perform({
      command: 'getMessage',
      submission: false,
      bytes: 0,
      classify: classifyRepeatable(200),
      request: (call) => graph.getMessage(mailbox, id, call),
    });
    return parseObject(answer.body).isDraft === true;
  } catch (error) {
    if (isGraphMailError(error) && error.graphCode === 'ErrorItemNotFound') return false;
    throw error;
  }
}

async function lookInSentItems(
  requests: Requests,
  { messageId, draftId, sentAfter, window }: UnsettledMessage,
  failure?: GraphMailError,
): Promise<SettledMessage | Unsettled> {
  const { clock, mailbox } = requests;
  // Told by the wall clock, which may be set while it is looked for.
  const ageAtFirst = sentAfter ? clock.now() - sentAfter.getTime() : Number.POSITIVE_INFINITY;
  const begun = clock.elapsed();
  const age = () => ageAtFirst + clock.elapsed() - begun;
  const seen = await searchSentItems(requests, {
    messageId,
    window,
    age,
    wasDraft: draftId !== undefined,
    inherited: true,
  });
  const gone = failure?.graphCode === 'ErrorItemNotFound';
  const draft = failure && (gone ? 'its draft is gone' : withoutVerdict(failure.message));
  if (seen === there) {
    return { outcome: 'sent', response: `Found in Sent Items${draft ? ` (${draft})` : ''}`, how: 'sent-items' };
  }
  const unreadable = typeof seen === 'string' ? undefined : seen;
  const known = unreadable ?? failure;
  const error = new GraphMailError(unknownFate(messageId, [...(draft ? [draft] : []), inWords(seen)].join(', and ')), {
    ...(known ?? { code: 'EGRAPH', command: 'findMessages' }),
    cause: known?.cause,
    outcome: 'unknown',
    permanent: unreadable?.permanent ?? false,
    draftId,
    hint: unreadable?.permanent
      ? unreadable.hint
      : `Settle it again later, or look into Sent Items${draftId === undefined ? '' : ' and Drafts'} of ${mailbox}, or a message trace.`,
  });
  return { outcome: 'unknown', error };
}

function stillThere(error: GraphMailError, { mailbox }: Requests, draftId: string): GraphMailError {
  return new GraphMailError(
    `${withoutStop(error.message)}. The draft still lies in Drafts of ${mailbox}: the message was not sent.`,
    { ...error, cause: error.cause, draftId },
  );
}

/** The failure to ask: it says nothing of the message, whatever its outcome is. */
export function unsettled(error: GraphMailError, messageId: string, draftId: string | undefined): GraphMailError {
  return new GraphMailError(unknownFate(messageId, withoutVerdict(error.message)), {
    ...error,
    cause: error.cause,
    outcome: 'unknown',
    // Where the options are wrong, the id may be anything.
    ...(error.code !== 'ECONFIG' && { draftId }),
  });
}

export function unknownFate(messageId: string, why: string): string {
  return `What became of message ${isMessageId(messageId) ? messageId : `(${shown(messageId)})`} is unknown: ${why}.`;
}

function isMessageId(text: unknown): boolean {
  return typeof text === 'string' && /^<[^\s<>@]+@[^\s<>@]+>$/.test(text);
}
