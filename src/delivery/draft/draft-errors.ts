import { GraphMailError } from '../../common/errors.js';
import { unknownWhether, withoutStop } from '../request/errors.js';

/** Nothing that might have been sent is deleted: where it lies tells a person what happened. */
export function perhapsStillThere(error: GraphMailError, mailbox: string, draftId: string): GraphMailError {
  return new GraphMailError(error.message, {
    ...error,
    cause: error.cause,
    draftId,
    hint: `Look into Sent Items of ${mailbox}, and into Drafts when some time has passed: a message that still lies there then was not sent, one that lies in neither was.`,
  });
}

/** Graph refused to send the draft for now, and then it was not there any more. */
export function goneUnasked(error: GraphMailError, mailbox: string): GraphMailError {
  return new GraphMailError(unknownWhether(`${withoutStop(error.message)}, but the draft is gone from ${mailbox}`), {
    ...error,
    cause: error.cause,
    outcome: 'unknown',
    permanent: false,
    hint: undefined,
  });
}

/** Nothing was sent; what is left in Drafts is named. */
export function notSent(
  error: GraphMailError,
  mailbox: string,
  left: { unknown: boolean; id: string | undefined; because?: string | undefined },
): GraphMailError {
  const doubtful = error.outcome === 'unknown';
  const sentences = [doubtful ? `${withoutStop(error.message)}; the message was not sent.` : error.message];
  if (left.id !== undefined) {
    sentences.push(
      `A draft of it is left in Drafts of ${mailbox}.`,
      ...(left.because ? [`${withoutStop(left.because)}.`] : []),
    );
  } else if (left.unknown) sentences.push(`A draft of it may be left in Drafts of ${mailbox}.`);
  const [text = '', ...more] = sentences;
  return new GraphMailError(more.length > 0 ? `${withoutStop(text)}. ${more.join(' ')}` : text, {
    ...error,
    cause: error.cause,
    outcome: 'not-sent',
    draftId: left.id,
    // What may have had its effect was not the sending.
    hint: doubtful ? undefined : error.hint,
  });
}
