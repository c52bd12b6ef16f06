export type { Bounce, BounceAction, BouncedRecipient } from './bounces/bounce.js';
export { type JoinBouncesOptions, type JoinedBounces, joinBounces } from './bounces/join-bounces.js';
export { parseBounce } from './bounces/parse-bounce.js';
export { type ReadBouncesOptions, type ReceivedBounce, readBounces } from './bounces/read-bounces.js';
export type { BulkOptions, BulkTransporter } from './bulk-options.js';
export type {
  BulkEnding,
  BulkProgress,
  BulkResult,
  BulkSummary,
  BulkTotals,
  MailboxProgress,
} from './bulk-results.js';
export type { BulkRun } from './bulk-run.js';
export { BulkInputError, JournalError, type JournalErrorCode } from './errors.js';
export type { MannersOptions } from './manners/list-headers.js';
export type { SuppressionInput } from './manners/suppression-list.js';
export type { UnsubscribeOptions } from './manners/unsubscribe.js';
export type { RecipientsInput } from './recipients/index.js';
export { type OpenRecipientsOptions, openRecipients, type RecipientsSource } from './recipients/index.js';
export { type WriteReportsOptions, type WrittenReports, writeReports } from './report/write-reports.js';
export type { Row } from './row.js';
export type { MaxErrors } from './run/max-errors.js';
export { printTotals } from './run/totals.js';
export { sendBulk } from './send-bulk.js';
export type { Sender } from './sender.js';
export type { TemplateFunction } from './template-function.js';
export type { TemplateInput, TemplateStrings } from './template-input.js';
