import { attachments, uploadSessions } from './cases/attachments.js';
import { drafts, immutableIds } from './cases/drafts.js';
import { lookups } from './cases/lookups.js';
import { refusals } from './cases/refusals.js';
import { jsonSendMail, sendMail } from './cases/send-mail.js';
import { token } from './cases/token.js';
import type { Question, Topic, Unanswerable } from './common/probe.js';
import { delivered, messageTrace, secondSend } from './questions/delivery.js';
import { emptyGroup, noRecipients, patchedRecipients, sender } from './questions/recipients.js';
import { answerHeaders, bodyEncoding, rawBytes, requestSize } from './questions/requests.js';
import { roleRemoval, tokenLifetime } from './questions/tokens.js';

/** The contract as far as any tenant can be asked about it: what Entra and Graph do, request by request. */
export const topics: readonly Topic[] = [
  token,
  sendMail,
  refusals,
  jsonSendMail,
  drafts,
  attachments,
  uploadSessions,
  lookups,
  immutableIds,
];

export const questions: readonly Question[] = [
  ...sender,
  ...requestSize,
  ...noRecipients,
  ...emptyGroup,
  ...patchedRecipients,
  ...secondSend,
  ...rawBytes,
  ...delivered,
  ...bodyEncoding,
  ...answerHeaders,
  ...tokenLifetime,
  // Last, so that the first message is as old as it can be.
  ...messageTrace,
];

/** Questions that wait for the user; asked after all others. */
export const interactiveQuestions: readonly Question[] = [...roleRemoval];

export const unanswerable: readonly Unanswerable[] = [
  {
    topic: 'From that is not the mailbox',
    assumption: 'an alias of the mailbox is taken',
    because: 'this run knows no alias',
  },
  {
    topic: 'a message without recipients',
    assumption: 'is answered with 403 to an application that may not send, and outside its scope',
    because: 'it needs applications without the permission',
  },
  {
    topic: 'bytes that are not ASCII, and line ends',
    assumption: 'a recipient with a local part that is not ASCII',
    because: 'it would send to an address that nobody named',
  },
  {
    topic: 'the delivered message',
    assumption: 'keeps a DKIM-Signature of the upload',
    because: 'a signature that is no good may harm the sender’s reputation',
  },
  {
    topic: 'a new tenant',
    assumption: 'lets an application with Mail.Send send without an RBAC assignment',
    because: 'only the history of the tenant tells',
  },
  {
    topic: 'answers of 503 and 504',
    assumption: 'their bodies, and whether they have Retry-After',
    because: 'they cannot be asked for',
  },
  {
    topic: 'more than 500 recipients',
    assumption: 'are taken with 202 and bounce',
    because: 'it would send to hundreds',
  },
];
