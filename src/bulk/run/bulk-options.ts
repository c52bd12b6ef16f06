import type { BulkTransporter } from '../common/graph-transporter.js';
import type { MannersOptions } from '../list-headers/list-headers.js';
import type { Sender } from '../message/sender.js';
import type { RecipientsInput } from '../recipients/open-recipients.js';
import type { SuppressionInput } from '../suppression/suppression-list.js';
import type { TemplateInput } from '../template/input.js';

/** Options of {@link sendBulk}. */
export interface BulkOptions extends MannersOptions {
  /** Sends the mails: `nodemailer.createTransport(…)`, `createGraphTransporter(…)`. Not closed at the end of the run. */
  transporter: BulkTransporter;
  /**
   * Who gets a mail: the path of a `.csv` or `.jsonl` file, `{ csv: text }`, `{ jsonl: text }`, or any (async) iterable of
   * objects. Each row needs an `email`; `name` is shown beside it, `attachments` names files of its own, and everything
   * else is for the template.
   */
  recipients: RecipientsInput;
  /**
   * The name of the column that holds the address, where it has none of the usual names, or several columns have one. The
   * template finds the address as `email` too. Part of the run's id.
   * @default in CSV the column `email`, else the only one with a usual name (`E-mail Address`, `Courriel` …); elsewhere `email`
   */
  emailColumn?: string | undefined;
  /**
   * What they get: a folder (`subject.hbs`, `html.hbs`, `text.hbs`, `partials/`, `attachments/`), the same as strings, or a
   * function `(row) => message` for any other engine.
   */
  template: TemplateInput;
  /** The From of every mail, unless a template function gives one. Of several, each row goes from whichever is free first. */
  from?: string | Sender | readonly (string | Sender)[] | undefined;
  /** The folder that paths in the column `attachments` are relative to, and that they cannot leave. */
  attachmentsFolder?: string | undefined;
  /**
   * The folder of the run, made if it is not there, where the journal is kept: with it, a run that was interrupted or
   * killed is continued by the same call, and no recipient gets a mail twice. Without it nothing is remembered. May be a function
   * of the run's id. Runs whose folders stand side by side share the count of the day.
   */
  journal?: string | ((id: string) => string) | undefined;
  /**
   * `true`: only go on with a run that was begun (`JournalError` `'missing'` otherwise). `false`: only begin one (`'exists'`
   * otherwise).
   * @default either
   */
  resume?: boolean | undefined;
  /**
   * Take the run over from a process that may still be running where this one cannot look: on another machine, in another
   * container, or after a crash on a system that says too little of processes (macOS, Windows). Only a person can know that it
   * has ended, so this is no option to be left in a program. A process that is seen to run on this machine keeps the run
   * (`JournalError` `'locked'`). Should the other one be alive after all, it sends no further mail; what it had on its way is
   * unknown.
   * @default false
   */
  takeOver?: boolean | undefined;
  /**
   * Mails a minute from each mailbox, in any minute. Exchange Online takes 30 (Exchange Online limits, message rate).
   * `false` for no limit.
   * @default 30
   */
  rate?: number | false | undefined;
  /**
   * Recipients in any 24 hours from each mailbox. Exchange Online takes 10,000 (Exchange Online limits, recipient rate).
   * `false` for no limit.
   * @default 10_000
   */
  perDay?: number | false | undefined;
  /**
   * What becomes of mails of an earlier session of which it is not known whether they went out. `'hold'`: they stay
   * unknown. `'verify'`: they are looked for in Sent Items (needs a Graph transporter, and Mail.ReadBasic.All or Mail.Read).
   * `'trace'`: they are looked for in message trace (needs a Graph transporter with the option `trace`) by mailbox and `from`,
   * before anything is sent; what is not there stays unknown. `'resend'`: they are sent again, and may arrive twice.
   * @default 'hold'
   */
  unknown?: 'hold' | 'verify' | 'trace' | 'resend' | undefined;
  /**
   * Send again what was rejected in an earlier session.
   * @default false
   */
  retryFailed?: boolean | undefined;
  /**
   * Failed sends (rejected or unknown) in this session after which the run pauses: a number, a share like `'5%'`, or `false`.
   * Rows that cannot become a mail are not counted.
   * @default 20 or 5 % of the rows, whichever is more
   */
  maxErrors?: MaxErrors | undefined;
  /**
   * Milliseconds to go on trying when the network fails in the middle of a run. When it fails at the first mail, the run
   * ends at once.
   * @default 900_000
   */
  patience?: number | undefined;
  /** Mails to send in this session at most; the rest is left. */
  limit?: number | undefined;
  /** Who must not get any: a file, a list, or a function of the address. A file is read again whenever it has changed. */
  suppress?: SuppressionInput | undefined;
  /**
   * Send to an address again when a later row names it too.
   * @default false
   */
  allowDuplicates?: boolean | undefined;
  /**
   * Mails handed to the transporter at a time, for each mailbox. After a crash so many may be unknown.
   * @default the transport's `mailboxConcurrency`, else 4
   */
  concurrency?: number | undefined;
  /** Plain data to keep in the journal for the caller that goes on with the run. Never secrets. */
  about?: Readonly<Record<string, unknown>> | undefined;
  /** Ends the run as `abort()` does. */
  signal?: AbortSignal | undefined;
}

/** Failed sends after which a run pauses: a number, a share of the rows, or never. */
export type MaxErrors = number | `${number}%` | false;
