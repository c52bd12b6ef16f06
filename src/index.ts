export type { CertificateInfo } from './auth/certificate-source.js';
export type { InboxMessage } from './delivery/inbox.js';
export type { SettledMessage } from './delivery/settle.js';
export type { AttemptEvent, EndEvent, SendTrace } from './diagnostics.js';
export {
  ERROR_CODES,
  type FailedOutcome,
  GraphMailError,
  type GraphMailErrorCode,
  isGraphMailError,
} from './errors.js';
export type { TracedMessage, TracedRecipient, TraceStatus } from './graph/message-trace.js';
export type { BunyanLogger } from './log.js';
export type { InboxOptions, SettleOptions, TraceMessagesOptions } from './lookup-options.js';
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
} from './option-types.js';
export {
  formatPreflight,
  type GraphPreflight,
  type GraphPreflightOptions,
  graphPreflight,
  type PartSize,
  type PreflightEntry,
  type PreflightExample,
  type PreflightFinding,
  type PreflightFindingData,
  type PreflightKind,
  type PreflightMail,
  type PreflightSeverity,
  type PreflightSummary,
  type PreflightVerdict,
} from './preflight/index.js';
export type { GraphSentMessageInfo } from './sent-message-info.js';
export { type GraphTransport, graphTransport, type VerifyCallback } from './transport.js';
export { createGraphTransporter } from './transporter.js';
