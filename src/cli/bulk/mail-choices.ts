import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BulkInputError, messageOf } from '../../bulk/common/errors.js';
import type { RunRecord } from '../../bulk/journal/records.js';
import { compileListHeaders } from '../../bulk/list-headers/list-headers.js';
import type { Sender } from '../../bulk/message/sender.js';
import { openRecipients } from '../../bulk/recipients/open-recipients.js';
import { type BegunByCommand, begunByCommand } from '../../bulk/report/next-steps.js';
import type { BulkOptions } from '../../bulk/run/bulk-options.js';
import { makeFolder } from '../../common/make-folder.js';
import type { GraphTransportOptions } from '../../options/types.js';
import { UsageError } from '../common/exit-codes.js';
import { inFlags } from '../common/in-flags.js';
import type { Terminal } from '../common/terminal.js';

/** Flags about the mails and how they are sent. */
export interface MailFlags extends PacingFlags {
  template: string;
  recipients: string;
  emailColumn?: string;
  attachments?: string;
  from: Sender[];
  mailbox?: string;
  suppress?: string;
  unsubscribeUrl?: string;
  unsubscribeMailto?: string;
  listId?: string;
  header?: Record<string, string>;
  allowDuplicates?: boolean;
}

/** What may differ from one session of a run to the next. */
export interface PacingFlags {
  rate?: number | false;
  perDay?: number | false;
  overDays?: boolean;
  maxErrors?: number | `${number}%` | false;
  delivery?: 'direct' | 'draft';
  onUnknown?: 'fail' | 'verify';
}

/** {@link MailFlags} as the journal keeps them: plain data without secrets, paths absolute, the mailbox settled. */
export interface MailChoices extends MailFlags, BegunByCommand {
  /** Mails that were confirmed when the run was begun, or were so few that no confirmation was needed. */
  confirmed?: number;
}

const pacing = ['rate', 'perDay', 'overDays', 'maxErrors', 'delivery', 'onUnknown'] as const;
const others = ['emailColumn', 'unsubscribeUrl', 'unsubscribeMailto', 'listId', 'header', 'allowDuplicates'] as const;

/**
 * Settles what the flags leave open, so that the run can be resumed from another folder and environment.
 * @throws UsageError
 */
export function settleChoices(flags: MailFlags, { env, envFile }: Pick<Terminal, 'env' | 'envFile'>): MailChoices {
  checkHeaders(flags);
  const { from, attachments, suppress } = flags;
  return {
    ...picked(flags, [...pacing, ...others]),
    template: path.resolve(flags.template),
    recipients: path.resolve(flags.recipients),
    from,
    ...(attachments !== undefined && { attachments: path.resolve(attachments) }),
    ...(suppress !== undefined && { suppress: path.resolve(suppress) }),
    ...mailboxOf(flags, env),
    ...(envFile !== undefined && { envFile }),
  };
}

/** One sender's mailbox is what is configured; of several, each sends from its own. */
function mailboxOf({ from, mailbox }: MailFlags, env: NodeJS.ProcessEnv): { mailbox?: string } {
  const [first, ...more] = from;
  if (!first) throw new UsageError('Give --from: the address that the mails come from.');
  if (more.length === 0) return { mailbox: mailbox ?? (env.GRAPH_MAIL_MAILBOX || first.address) };
  if (mailbox === undefined) return {};
  throw new UsageError('--mailbox goes with one --from. Of several, each sends from the mailbox of its own address.');
}

/** The same choices, except for what this session sets anew. */
export function withPacing(choices: MailChoices, flags: PacingFlags): MailChoices {
  return { ...choices, ...picked(flags, pacing) };
}

function picked<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])) as Pick<
    T,
    K
  >;
}

/** Options for `graphTransport` besides the identity, which comes from the environment. */
export function transportOptions({ from, mailbox, delivery, onUnknown }: MailChoices): GraphTransportOptions {
  return {
    ...(mailbox === undefined
      ? { mailbox: 'from', allowedMailboxes: from.map(({ address }) => address) }
      : { mailbox }),
    ...(delivery !== undefined && { delivery }),
    ...(onUnknown !== undefined && { onUnknown }),
  };
}

/** The mailboxes that may send. */
export function mailboxesOf({ from, mailbox }: MailChoices): string[] {
  return mailbox === undefined ? from.map(({ address }) => address) : [mailbox];
}

/** Opens the recipients. @throws BulkInputError */
export function recipientsOf({ recipients, emailColumn }: Pick<MailFlags, 'recipients' | 'emailColumn'>) {
  return openRecipients(recipients, { emailColumn });
}

/** Headers that all mails get. */
export function listHeadersOf({ unsubscribeUrl: url, unsubscribeMailto: mailto, listId, header }: MailChoices) {
  return {
    ...((url ?? mailto) !== undefined && {
      unsubscribe: { ...(url !== undefined && { url }), ...(mailto !== undefined && { mailto }) },
    }),
    ...(listId !== undefined && { listId }),
    ...(header !== undefined && { headers: header }),
  };
}

/**
 * Headers belong to the command: errors in them name the flags, and no row.
 * @throws UsageError
 */
export function checkHeaders(flags: Parameters<typeof listHeadersOf>[0]): void {
  if (flags.unsubscribeUrl !== undefined && !/^(https:\/\/|\{\{)/i.test(flags.unsubscribeUrl)) {
    throw new UsageError('--unsubscribe-url must begin with https://, as RFC 8058 demands.');
  }
  try {
    compileListHeaders(listHeadersOf(flags));
  } catch (error) {
    if (!(error instanceof BulkInputError)) throw error;
    throw new UsageError(inBulkFlags(error.message));
  }
}

/** An error message with the names of the flags. */
export function inBulkFlags(text: string): string {
  return inFlags(text, { largeMessages: false });
}

/** Options of `sendBulk` for these choices, except the transporter and what belongs to one session. */
export function bulkOptions(choices: MailChoices): Omit<BulkOptions, 'transporter'> {
  const { template, recipients, emailColumn, attachments, from, suppress, rate, perDay, maxErrors, allowDuplicates } =
    choices;
  return {
    recipients,
    template,
    from,
    ...(emailColumn !== undefined && { emailColumn }),
    ...listHeadersOf(choices),
    ...(attachments !== undefined && { attachmentsFolder: attachments }),
    ...(suppress !== undefined && { suppress }),
    ...(rate !== undefined && { rate }),
    ...(perDay !== undefined && { perDay }),
    ...(maxErrors !== undefined && { maxErrors }),
    ...(allowDuplicates !== undefined && { allowDuplicates }),
    about: { cli: choices },
  };
}

/**
 * The choices that a run was begun with.
 * @throws UsageError for a run that this program did not begin
 */
export function choicesOf({ options }: Pick<RunRecord, 'options'>, folder: string): MailChoices {
  const choices = begunByCommand({ options });
  if (choices) return choices as MailChoices;
  throw new UsageError(`The run in ${folder} was begun by a program with sendBulk(): that program must go on with it.`);
}

/** Runs hold addresses: only the account that runs this may read their folder, and git ignores it. */
export async function makeRunsFolder(runs: string): Promise<void> {
  const exists = await stat(runs).catch(() => undefined);
  if (exists?.isDirectory()) return;
  if (exists) throw new UsageError(`--runs ${runs} is not a folder.`);
  try {
    await makeFolder(runs, 0o700);
    await writeFile(path.join(runs, '.gitignore'), '*\n');
  } catch (error) {
    throw new UsageError(`The folder for runs, --runs ${runs}, cannot be made: ${messageOf(error)}. Nothing was sent.`);
  }
}
