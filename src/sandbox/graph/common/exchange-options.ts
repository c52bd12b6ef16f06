import type { Kinds } from '../../checks/check-fields.js';
import * as is from '../../checks/kinds.js';
import type { CustomHeaders } from '../../mail/custom-headers.js';
import type { ConcurrencyKey } from '../../throttling/concurrency-limit.js';
import type { Base64Reading, MimeContentType } from '../body/mime-body.js';

/** How the sandbox's Exchange Online behaves. */
export interface ExchangeOptions {
  /** Requests in flight per application and mailbox; more are answered 429. `false` turns the limit off. Default `4`. */
  mailboxConcurrency?: number | false;
  /**
   * By what requests in flight are counted: `'mailbox'` is by application and mailbox, as documented; `'app'` by application
   * alone, as one revision of the documentation had it. Default `'mailbox'`.
   */
  concurrencyKey?: ConcurrencyKey;
  /**
   * Requests per application and mailbox in 10 minutes, refused ones included; more are answered 429. `false` turns the
   * limit off. Default `10_000`.
   */
  requestLimit?: number | false;
  /**
   * Bytes of POST, PUT and PATCH per application and mailbox in 5 minutes; more are answered 429. `false` turns the limit
   * off. Default `150_000_000`.
   */
  uploadLimit?: number | false;
  /**
   * Messages of a mailbox that go out in a minute; the rest waits in Drafts and is never refused. Exchange
   * Online sends 30. Default `false`, which is no limit, because waiting takes time.
   */
  messageRate?: number | false;
  /**
   * `Retry-After` of the 429 for requests in flight, as Graph would write it; the other limits tell when they are free
   * again. `null` leaves the header out of all of them. Default `'1'`.
   */
  retryAfter?: string | null;
  /**
   * Domains and addresses that cannot be reached: what is sent to them is taken with 202, and a report of non-delivery comes
   * to the Inbox of the sender. So does one for every address in `tenantDomain` that no mailbox has, and for that of every
   * user without a mailbox. `false`: nothing bounces but what has too many recipients. Default `['undeliverable.test',
   * 'bounce@fault.test']`.
   */
  undeliverable?: string[] | false;
  /** Recipients that a message may have in To, Cc and Bcc together. `false` turns the limit off. Default `500`. */
  recipientLimit?: number | false;
  /**
   * What becomes of a message with more: `'ndr'` takes it with 202 and reports that it could not be delivered to any recipient;
   * `'400'` refuses it, as is reported to happen sometimes. Default `'ndr'`. (fact limit-2)
   */
  recipientLimitAnswer?: 'ndr' | '400';
  /** What becomes of custom headers (`X-…`) in MIME. Default `'keep'`. */
  customHeaders?: CustomHeaders;
  /** Status of `ErrorInvalidUser`: seen as 404, listed by Exchange as 400. Default `404`. (fact error-7) */
  invalidUserStatus?: 404 | 400;
  /**
   * Answer to a sendMail that is larger than `maxRequestSize`: 413 as documented, or the 200 that was reported for messages
   * which then were never sent. Default `413`. (fact size-1)
   */
  oversizeAnswer?: 413 | 200;
  /**
   * Which base64 is taken for MIME: `'strict'` is that of RFC 4648 §4 with its padding, white space anywhere; `'lenient'`
   * takes the URL-safe alphabet and missing padding too, of which nothing is known. Default `'strict'`.
   */
  base64?: Base64Reading;
  /**
   * Which Content-Type says that a body is MIME: `'bare'` is `text/plain` alone, as documented; `'any-charset'` takes
   * parameters too, of which nothing is known. Default `'bare'`.
   */
  mimeContentType?: MimeContentType;
  /**
   * What becomes of a draft's immutable id when it is sent: `'kept'` as documented, or `'changed'` as one report has it.
   * Default `'kept'`.
   */
  immutableIdOnSend?: 'kept' | 'changed';
  /**
   * What recipients see of a From that is an alias of the mailbox: `'kept'`, or `'primary'`, its primary address, as is
   * reported where the organisation has not set `SendFromAliasEnabled`. Default `'kept'`. (fact from-3)
   */
  aliasInFrom?: 'kept' | 'primary';
  /**
   * Milliseconds until a message that was taken is in message trace; in Exchange Online minutes, at times more. Default `0`,
   * because waiting takes time.
   */
  messageTraceDelay?: number;
  /**
   * Requests for message traces in 5 minutes, of all applications of the tenant together; more are answered 429. `false` turns
   * the limit off. Default `100`.
   */
  messageTraceLimit?: number | false;
}

export const EXCHANGE_OPTIONS: Kinds<ExchangeOptions> = {
  mailboxConcurrency: is.orOneOf(is.integer(1), false),
  concurrencyKey: is.oneOf('mailbox', 'app'),
  requestLimit: is.orOneOf(is.integer(1), false),
  uploadLimit: is.orOneOf(is.integer(1), false),
  messageRate: is.orOneOf(is.integer(1), false),
  retryAfter: is.orOneOf(is.text, null),
  undeliverable: is.orOneOf(is.listOf(is.text, 'domains and addresses'), false),
  recipientLimit: is.orOneOf(is.integer(1), false),
  recipientLimitAnswer: is.oneOf('ndr', '400'),
  customHeaders: is.oneOf('keep', 'drop'),
  invalidUserStatus: { expected: '404 or 400', accepts: (value) => value === 404 || value === 400 },
  oversizeAnswer: { expected: '413 or 200', accepts: (value) => value === 413 || value === 200 },
  base64: is.oneOf('strict', 'lenient'),
  mimeContentType: is.oneOf('bare', 'any-charset'),
  immutableIdOnSend: is.oneOf('kept', 'changed'),
  aliasInFrom: is.oneOf('kept', 'primary'),
  messageTraceDelay: is.milliseconds,
  messageTraceLimit: is.orOneOf(is.integer(1), false),
};

const DEFAULTS: Required<ExchangeOptions> = {
  mailboxConcurrency: 4,
  concurrencyKey: 'mailbox',
  requestLimit: 10_000,
  uploadLimit: 150_000_000,
  messageRate: false,
  retryAfter: '1',
  undeliverable: ['undeliverable.test', 'bounce@fault.test'],
  recipientLimit: 500,
  recipientLimitAnswer: 'ndr',
  customHeaders: 'keep',
  invalidUserStatus: 404,
  oversizeAnswer: 413,
  base64: 'strict',
  mimeContentType: 'bare',
  immutableIdOnSend: 'kept',
  aliasInFrom: 'kept',
  messageTraceDelay: 0,
  messageTraceLimit: 100,
};

/** The options of Exchange among `options`, with their defaults. */
export function settleExchange(options: ExchangeOptions): Required<ExchangeOptions> {
  const names = Object.keys(DEFAULTS) as (keyof ExchangeOptions)[];
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}
