export type { CertificateInfo } from './auth/certificate-source.js';
export type { AttemptEvent, EndEvent, SendTrace } from './diagnostics.js';
export {
  ERROR_CODES,
  type FailedOutcome,
  GraphMailError,
  type GraphMailErrorCode,
  isGraphMailError,
} from './errors.js';
export type { BunyanLogger } from './log.js';
export type {
  ClientAssertionInfo,
  CloudName,
  CustomCloud,
  GraphMessageOptions,
  GraphTransportOptions,
  MailboxSelection,
  TokenCredentialLike,
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
export { type GraphSentMessageInfo, type GraphTransport, graphTransport, type VerifyCallback } from './transport.js';
export { createGraphTransporter } from './transporter.js';
