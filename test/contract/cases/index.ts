import type { Topic } from '../../../src/cli/live/common/probe.js';
import { topics as tenantTopics } from '../../../src/cli/live/probes.js';
import type { Case, SandboxTopic } from '../case.js';
import { access } from './access.js';
import { attachments } from './attachments.js';
import { claimsChallenge } from './claims-challenge.js';
import { delivery } from './delivery.js';
import { drafts } from './drafts.js';
import { lookups } from './lookups.js';
import { messageTrace } from './message-trace.js';
import { refusals } from './refusals.js';
import { sendMail } from './send-mail.js';
import { throttling } from './throttling.js';
import { token } from './token.js';
import { uploadSessions } from './upload-sessions.js';

const sandboxTopics: readonly SandboxTopic[] = [
  token,
  sendMail,
  refusals,
  access,
  delivery,
  drafts,
  attachments,
  uploadSessions,
  lookups,
  throttling,
  claimsChallenge,
  messageTrace,
];

/** The contract: what Entra and Graph do, request by request; what any tenant can be asked, and what only a sandbox can. */
export const topics: readonly Topic<Case>[] = [...tenantTopics, ...sandboxTopics];
