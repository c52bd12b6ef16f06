export {
  ERROR_CODES,
  type FailedOutcome,
  GraphMailError,
  type GraphMailErrorCode,
  isGraphMailError,
} from './errors.js';
export type {
  CloudName,
  CustomCloud,
  GraphMessageOptions,
  GraphTransportOptions,
  MailboxSelection,
} from './options.js';
export { type GraphSentMessageInfo, type GraphTransport, graphTransport, type VerifyCallback } from './transport.js';
