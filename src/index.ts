export type { CertificateInfo } from './auth/certificate/certificate-source.js';
export {
  ERROR_CODES,
  type FailedOutcome,
  GraphMailError,
  type GraphMailErrorCode,
  isGraphMailError,
} from './common/errors.js';
export type { BunyanLogger } from './common/log.js';
export type { InboxMessage } from './delivery/lookup/inbox.js';
export type { SettledMessage } from './delivery/lookup/settle.js';
export type { TracedMessage, TracedRecipient, TraceStatus } from './graph/message-trace.js';
export type { InboxOptions, SettleOptions, TraceMessagesOptions } from './options/lookup-options.js';
export type {
  ClientAssertionInfo,
  CloudName,
  CustomCloud,
  GraphMessageOptions,
  GraphTransportOptions,
  MailboxSelection,
  SendAttempt,
  TokenCredentialLike,
  TraceOptions,
} from './options/types.js';
export type {
  PartSize,
  PreflightEntry,
  PreflightFinding,
  PreflightFindingData,
  PreflightKind,
  PreflightSeverity,
  PreflightVerdict,
} from './preflight/finding.js';
export type { PreflightMail } from './preflight/mail-view.js';
export type { GraphPreflightOptions } from './preflight/options.js';
export { type GraphPreflight, graphPreflight } from './preflight/preflight.js';
export { formatPreflight, type PreflightExample, type PreflightSummary } from './preflight/summary.js';
export { createGraphTransporter } from './transport/create-transporter.js';
export { type GraphTransport, graphTransport, type VerifyCallback } from './transport/graph-transport.js';
export type { AttemptEvent, EndEvent, SendTrace } from './transport/send-events.js';
export type { GraphSentMessageInfo } from './transport/send-message.js';
