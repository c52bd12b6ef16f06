import { addressProblem } from '../../bulk/common/email-address.js';
import { messageOf } from '../../bulk/common/errors.js';
import { headerTextProblem } from '../../bulk/common/header-safety.js';
import { type Sender, toSender } from '../../bulk/message/sender.js';
import { isMailbox, trimWhiteSpace } from '../../common/canonical-address.js';
import { InvalidArgumentError } from '../../vendor/commander.js';

const wanted = (expected: string) => new InvalidArgumentError(`Expected ${expected}.`);

/** `--rate 30`, `--per-day none`: a number from 1, or no limit. */
export function limitFlag(text: string): number | false {
  if (text === 'none') return false;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw wanted('a number from 1, or none');
}

/** `--limit 10`: a number from 1. */
export function countFlag(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw wanted('a number from 1');
}

/** `--confirm 1200`: a number of mails, as it is printed or without the commas. */
export function confirmFlag(text: string): number {
  const n = numberOfMails(text);
  if (n !== undefined) return n;
  throw wanted('the number of mails');
}

/** A number of mails, with or without the commas that it is printed with. */
export function numberOfMails(text: string): number | undefined {
  const trimmed = text.trim();
  return /^(\d{1,9}|\d{1,3}(,\d{3})+)$/.test(trimmed) ? Number(trimmed.replaceAll(',', '')) : undefined;
}

/** `--max-errors 20`, `5%` or `none`. */
export function maxErrorsFlag(text: string): number | `${number}%` | false {
  if (!text.endsWith('%')) return limitFlag(text);
  const share = text.slice(0, -1);
  if (/^(\d{1,2}(\.\d+)?|100)$/.test(share) && Number(share) > 0) return `${Number(share)}%`;
  throw wanted('a number from 1, a share such as 5%, or none');
}

/** A path, or a template, that is not empty. */
export function textFlag(text: string): string {
  if (text.trim() !== '') return text;
  throw wanted('something that is not empty');
}

export function pathFlag(text: string): string {
  if (text !== '' && !text.includes('\0')) return text;
  throw wanted('a path');
}

/** `--test-to me@contoso.com`: one bare address. */
export function addressFlag(text: string): string {
  const problem = addressProblem(text);
  if (problem === undefined) return text;
  throw new InvalidArgumentError(`The address ${problem}.`);
}

/** `--mailbox`: an address or an object id. */
export function mailboxFlag(text: string): string {
  if (isMailbox(text)) return text;
  throw wanted("a mailbox's bare address, such as noreply@contoso.com, or its object id");
}

/** `--from`, once or more: `a@b`, `Name <a@b>` or `"Name, with a comma" <a@b>`. */
export function senderFlag(text: string, before: readonly Sender[] = []): Sender[] {
  const sender = parseSender(text);
  if (before.some(({ address }) => address.toLowerCase() === sender.address.toLowerCase())) {
    throw new InvalidArgumentError(`${sender.address} is given twice.`);
  }
  return [...before, sender];
}

function parseSender(text: string): Sender {
  try {
    return toSender(trimWhiteSpace(text));
  } catch (error) {
    throw new InvalidArgumentError(`${messageOf(error)}. Expected "Name <a@b>" or a@b.`);
  }
}

/** `--header 'Name: value'`, once or more. Which names are allowed is decided where headers are made. */
export function headerFlag(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, value] = /^([!-9;-~]+):[ \t]*(.*?)[ \t]*$/s.exec(text) ?? [];
  if (name === undefined || value === undefined || value === '') throw wanted("'Name: value'");
  const problem = headerTextProblem(value);
  if (problem) throw new InvalidArgumentError(`The value ${problem}.`);
  const twice = Object.keys(before).find((other) => other.toLowerCase() === name.toLowerCase());
  if (twice !== undefined) throw new InvalidArgumentError(`The header ${name} is given twice.`);
  return { ...before, [name]: value };
}

/** A flag that takes one of a few words. */
export function oneOf<T extends string>(...words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((one) => one === text);
    if (word !== undefined) return word;
    throw wanted(words.join(' or '));
  };
}

/** `--since 2026-11-20` or `2026-11-20T10:00:00Z`. */
export function sinceFlag(text: string): Date {
  const date = /^\d{4}-\d\d-\d\d([T ].*)?$/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw wanted('a date such as 2026-11-20, or a time such as 2026-11-20T10:00:00Z');
}
