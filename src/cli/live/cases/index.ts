import type { Topic } from '../common/probe.js';
import { attachments } from './attachments.js';
import { drafts } from './drafts.js';
import { immutableIds } from './immutable-ids.js';
import { jsonSendMail } from './json-send-mail.js';
import { lookups } from './lookups.js';
import { refusals } from './refusals.js';
import { sendMail } from './send-mail.js';
import { token } from './token.js';
import { uploadSessions } from './upload-sessions.js';

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
