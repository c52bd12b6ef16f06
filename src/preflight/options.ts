import { configError } from '../common/errors.js';
import { mostRecipients } from '../common/recipient-limits.js';
import { optionalNumber } from '../options/check-options.js';
import { checkAllowedMailboxes, checkMailbox } from '../options/mailbox.js';
import { chosen, wrongChoice } from '../options/message-options.js';
import type { Settings } from '../options/settings.js';
import { shown, shownName } from '../options/shown-value.js';
import type { GraphTransportOptions, MailboxSelection } from '../options/types.js';
import type { PreflightEntry } from './finding.js';

/** Options of {@link graphPreflight}. */
export interface GraphPreflightOptions {
  /** **Required.** Whose mailbox will send, as in {@link GraphTransportOptions.mailbox}. */
  mailbox: string | ((mail: MailboxSelection) => string);
  /** As in {@link GraphTransportOptions.allowedMailboxes}. */
  allowedMailboxes?: GraphTransportOptions['allowedMailboxes'];
  /**
   * Bytes of HTTP body that Graph takes, as in {@link GraphTransportOptions.maxRequestSize}.
   * @default 4_000_000
   */
  maxRequestSize?: number | undefined;
  /**
   * What will become of a mail that does not fit into {@link maxRequestSize}, as in
   * {@link GraphTransportOptions.largeMessages}. A mail's own `graph: { largeMessages }` goes before it.
   * @default 'reject'
   */
  largeMessages?: GraphTransportOptions['largeMessages'];
  /**
   * Recipients allowed on one message, as in {@link GraphTransportOptions.maxRecipients}; 0 means no limit.
   * @default 1000
   */
  maxRecipients?: number | undefined;
  /** Called for every mail, before it is sent. What it throws is counted and goes no further. */
  report?: ((entry: PreflightEntry) => void) | undefined;
  /**
   * Mails that the summary keeps as examples of each kind of finding.
   * @default 10
   */
  examples?: number | undefined;
}

/** The options after they were checked. */
export interface PreflightSettings
  extends Pick<Settings, 'mailbox' | 'allowedMailboxes' | 'maxRequestSize' | 'largeMessages' | 'maxRecipients'> {
  report: ((entry: PreflightEntry) => void) | undefined;
  examples: number;
}

const knownOptions = [
  'mailbox',
  'allowedMailboxes',
  'maxRequestSize',
  'largeMessages',
  'maxRecipients',
  'report',
  'examples',
];

/**
 * Checks what the user passed, once.
 * @throws GraphMailError `ECONFIG`, naming the option, what was given and what is expected
 */
export function settlePreflightOptions(options: GraphPreflightOptions): PreflightSettings {
  if (typeof options !== 'object' || options === null) {
    throw configError(`graphPreflight() expects an object with options, but was given ${shown(options)}.`);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const unknown = Object.keys(given).find((name) => !knownOptions.includes(name));
  if (unknown !== undefined) {
    throw configError(`Unknown option ${shownName(unknown)}.`, `graphPreflight() knows: ${knownOptions.join(', ')}.`);
  }
  const { report } = given;
  if (report !== undefined && typeof report !== 'function') {
    throw configError(`Option 'report' is ${shown(report)}; expected a function that is called for every mail.`);
  }
  const wrong = wrongChoice(given);
  if (wrong) throw configError(`Option ${wrong}`);
  const allowedMailboxes = checkAllowedMailboxes(given.allowedMailboxes);
  return {
    mailbox: checkMailbox(given.mailbox, allowedMailboxes !== undefined, false),
    allowedMailboxes,
    maxRequestSize: optionalNumber(given, 'maxRequestSize', 1) ?? 4_000_000,
    largeMessages: chosen(given).largeMessages ?? 'reject',
    maxRecipients: (optionalNumber(given, 'maxRecipients', 0) ?? mostRecipients) || undefined,
    report: report as PreflightSettings['report'],
    examples: optionalNumber(given, 'examples', 0) ?? 10,
  };
}
