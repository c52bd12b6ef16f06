export type { Bounce, BounceAction, BouncedRecipient } from './bounces/bounce.js';
export { type JoinBouncesOptions, type JoinedBounces, joinBounces } from './bounces/join-bounces.js';
export { parseBounce } from './bounces/parse-bounce.js';
export { type ReadBouncesOptions, type ReceivedBounce, readBounces } from './bounces/read-bounces.js';
export type {
  BulkEnding,
  BulkProgress,
  BulkResult,
  BulkSummary,
  BulkTotals,
  MailboxProgress,
} from './common/bulk-results.js';
export { BulkInputError, JournalError, type JournalErrorCode } from './common/errors.js';
export type { BulkTransporter } from './common/graph-transporter.js';
export type { Row } from './common/row.js';
export type { MannersOptions } from './list-headers/list-headers.js';
export type { UnsubscribeOptions } from './list-headers/unsubscribe.js';
export type { Sender } from './message/sender.js';
export type { RecipientsInput } from './recipients/open-recipients.js';
export { type OpenRecipientsOptions, openRecipients, type RecipientsSource } from './recipients/open-recipients.js';
export { type WriteReportsOptions, type WrittenReports, writeReports } from './report/write-reports.js';
export type { BulkOptions, MaxErrors } from './run/bulk-options.js';
export { printTotals } from './run/totals.js';
export type { BulkRun } from './send-bulk.js';
export { sendBulk } from './send-bulk.js';
export type { SuppressionInput } from './suppression/suppression-list.js';
export type { TemplateFunction, TemplateInput, TemplateStrings } from './template/input.js';
