import { messageOf } from '../../bulk/common/errors.js';
import { headerNameProblem, headerTextProblem } from '../../bulk/common/header-safety.js';
import { type MailAddress, readAddresses } from '../../bulk/message/address-field.js';
import { trimWhiteSpace } from '../../common/canonical-address.js';
import type { SendingChoices } from '../../options/settings.js';
import { shown } from '../../options/shown-value.js';
import { InvalidArgumentError } from '../../vendor/commander.js';
import type { GivenConfiguration } from '../common/configuration.js';
import { UsageError } from '../common/exit-codes.js';
import { headerFlag } from '../common/flag-values.js';

/** What the flags of `send` become. */
export interface SendFlags extends GivenConfiguration, Partial<SendingChoices> {
  to?: MailAddress[];
  cc?: MailAddress[];
  bcc?: MailAddress[];
  replyTo?: MailAddress[];
  from?: MailAddress;
  subject?: string;
  /** The text itself, or `@` and a file. */
  text?: string;
  html?: string;
  attach?: string[];
  header?: Record<string, string>;
  /** A file, or `-`. */
  raw?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** `--to`, once or more: `a@b`, `Name <a@b>`, several with commas between them. */
export function addressesFlag(text: string, before: readonly MailAddress[] = []): MailAddress[] {
  const addresses = parsed(text);
  if (addresses.length === 0) throw new InvalidArgumentError('Expected an address.');
  return [...before, ...addresses];
}

/** `--from`, once. */
export function fromFlag(text: string, before?: MailAddress): MailAddress {
  const [address, ...more] = parsed(text);
  if (address && more.length === 0 && before === undefined) return address;
  throw new InvalidArgumentError('Expected one address: a mail has one sender here.');
}

function parsed(text: string): MailAddress[] {
  try {
    return readAddresses(trimWhiteSpace(text), shown);
  } catch (error) {
    throw new InvalidArgumentError(`The value ${messageOf(error)}. Expected "Name <a@b>" or a@b.`);
  }
}

/** `--subject`: a line break, which would begin another header line, is refused, not repaired. */
export function subjectFlag(text: string): string {
  const problem = headerTextProblem(text);
  if (problem) throw new InvalidArgumentError(`The value ${problem}.`);
  return text;
}

/** `--header 'Name: value'`, once or more, for headers that no flag writes. */
export function extraHeaderFlag(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const headers = headerFlag(text, before);
  const problem = headerNameProblem(Object.keys(headers).at(-1) ?? '');
  if (problem) throw new InvalidArgumentError(`The header ${problem}.`);
  return headers;
}

/** `--attach`, once or more. */
export function oneMorePath(path: string, before: readonly string[] = []): string[] {
  if (path !== '' && !path.includes('\0')) return [...before, path];
  throw new InvalidArgumentError('Expected a path.');
}

/** Flags that do not go with a whole MIME message. */
const ofTheMail = ['to', 'cc', 'bcc', 'from', 'replyTo', 'subject', 'text', 'html', 'attach', 'header'] as const;

/**
 * @param word the argument without a flag
 * @throws UsageError for flags that contradict each other, or that leave nothing to send
 */
export function checkUsage(word: string | undefined, flags: SendFlags): void {
  if (word !== undefined && word !== '-') {
    throw new UsageError(`"${word}" is not understood: only - may stand without a flag, for a text from stdin.`);
  }
  const given = ofTheMail.filter((name) => flags[name] !== undefined).map(flagOf);
  if (flags.raw !== undefined) {
    const others = [...given, ...(word === undefined ? [] : ['-'])];
    if (others.length === 0) return;
    throw new UsageError(`--raw is a whole mail with its own header and recipients: leave out ${others.join(', ')}.`);
  }
  if (!flags.to && !flags.cc && !flags.bcc) {
    throw new UsageError('Nobody would get this mail: give --to, --cc or --bcc.');
  }
  if (word !== undefined && flags.text !== undefined) {
    throw new UsageError('--text and - both give the text: leave one of them out.');
  }
  if (word === undefined && flags.text === undefined && flags.html === undefined && !flags.attach) {
    throw new UsageError('The mail is empty: give --text, --html, --attach, or - for a text from stdin.');
  }
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
