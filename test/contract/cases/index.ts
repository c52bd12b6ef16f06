import type { Topic } from '../case.js';
import { access } from './access.js';
import { attachments } from './attachments.js';
import { claimsChallenge } from './claims-challenge.js';
import { delivery } from './delivery.js';
import { drafts } from './drafts.js';
import { immutableIds } from './immutable-ids.js';
import { jsonSendMail } from './json-send-mail.js';
import { lookups } from './lookups.js';
import { messageTrace } from './message-trace.js';
import { refusals } from './refusals.js';
import { sendMail } from './send-mail.js';
import { throttling } from './throttling.js';
import { token } from './token.js';
import { uploadSessions } from './upload-sessions.js';

/** The contract: what Entra and Graph do, request by request. */
export const topics: readonly Topic[] = [
  token,
  sendMail,
  refusals,
  access,
  jsonSendMail,
  delivery,
  drafts,
  attachments,
  uploadSessions,
  lookups,
  immutableIds,
  throttling,
  claimsChallenge,
  messageTrace,
];
