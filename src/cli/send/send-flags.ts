import { messageOf } from '../../bulk/common/errors.js';
import { headerTextProblem } from '../../bulk/common/header-text.js';
import { headerNameProblem } from '../../bulk/list-headers/header-names.js';
import { type MailAddress, readAddresses } from '../../bulk/message/address-field.js';
import { trimWhiteSpace } from '../../common/canonical-address.js';
import type { SendingChoices } from '../../options/settings.js';
import { shown } from '../../options/shown-value.js';
import { InvalidArgumentError } from '../../vendor/commander.js';
import type { GivenConfiguration } from '../common/configuration-flags.js';
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

/** `--subject`: what would begin another header line is refused, not repaired. */
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
