import { shown } from '../../options/shown-value.js';
import { BulkInputError, quote } from '../common/errors.js';
import { headerNameProblem, headerTextProblem } from '../common/header-safety.js';
import type { Row } from '../common/row.js';
import { compileUnsubscribe, type UnsubscribeOptions } from './unsubscribe.js';

/** Headers that mail to many people should have, and others. */
export interface MannersOptions {
  /**
   * Writes `List-Unsubscribe` (RFC 2369) and `List-Unsubscribe-Post` (RFC 8058). Gmail and Yahoo ask for both from senders
   * of 5,000 mails a day to them; mail programs show a button for them.
   * @default none
   */
  unsubscribe?: UnsubscribeOptions | undefined;
  /**
   * Writes `List-Id` (RFC 2919), by which people sort their mail: `'news.example.com'` or `'News <news.example.com>'`.
   * @default none
   */
  listId?: string | undefined;
  /**
   * Writes `X-Auto-Response-Suppress` (MS-OXCMAIL §2.1.3.2.20), so that Exchange sends no out-of-office notes to a run. Any
   * of `DR`, `NDR`, `RN`, `NRN`, `OOF`, `AutoReply`, with commas between them, or `All`. `NDR` and `All` would also keep
   * back the bounces that a run reads afterwards. `false` leaves it out. (fact header-8)
   * @default 'DR, RN, NRN, OOF, AutoReply'
   */
  autoResponseSuppress?: string | false | undefined;
  /**
   * Other headers for every mail, for instance `{ 'Reply-To': 'sales@example.com', 'Feedback-ID': '…' }`. Exchange may drop
   * names of one's own that it has not seen before. (fact header-4)
   * @default none
   */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** A header whose value Nodemailer writes as it is. */
export interface PreparedHeader {
  prepared: true;
  value: string;
}

/** All but non-delivery reports: these must come, or failures would go unnoticed. */
const defaultSuppress = 'DR, RN, NRN, OOF, AutoReply';
const suppressible = ['DR', 'NDR', 'RN', 'NRN', 'OOF', 'AutoReply', 'All', 'None'];

const byOption: Readonly<Record<string, string>> = {
  'list-unsubscribe': 'unsubscribe',
  'list-unsubscribe-post': 'unsubscribe',
  'list-id': 'listId',
  'x-auto-response-suppress': 'autoResponseSuppress',
};

/**
 * Checks the options once, and gives what writes the headers of each row.
 * @throws BulkInputError for the options; the function it gives throws an Error with what is wrong with a row
 */
export function compileListHeaders(options: MannersOptions): (row: Row) => Record<string, string | PreparedHeader> {
  const fixed: Record<string, string | PreparedHeader> = {
    ...checkedHeaders(options.headers ?? {}),
    ...suppressHeader(options.autoResponseSuppress ?? defaultSuppress),
    ...(options.listId !== undefined && { 'List-Id': prepared(formatListId(options.listId)) }),
  };
  if (options.unsubscribe === undefined) return () => ({ ...fixed });
  const { uris, oneClick } = compileUnsubscribe(options.unsubscribe);
  return ({ values }) => ({
    ...fixed,
    // On a line of its own each, and never folded: a space inside would be part of the address for many readers.
    'List-Unsubscribe': prepared(uris.map((uri) => `<${uri(values)}>`).join(',\r\n ')),
    ...(oneClick && { 'List-Unsubscribe-Post': prepared('List-Unsubscribe=One-Click') }),
  });
}

function prepared(value: string): PreparedHeader {
  return { prepared: true, value };
}

function suppressHeader(kinds: string | false): Record<string, string> {
  if (kinds === false) return {};
  const names = String(kinds)
    .split(',')
    .map((name) => name.trim());
  const known = names.map((name) => suppressible.find((one) => one.toLowerCase() === name.toLowerCase()));
  const wrong = names.find((_, index) => known[index] === undefined);
  if (wrong !== undefined) {
    throw new BulkInputError(
      `The option autoResponseSuppress has ${shown(wrong)}; it knows ${suppressible.join(', ')}, and false to leave it out`,
    );
  }
  return { 'X-Auto-Response-Suppress': known.join(', ') };
}

function checkedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const refuse = (problem: string) => new BulkInputError(`The option headers: ${problem}`);
    const problem = headerNameProblem(name);
    if (problem) throw refuse(problem);
    const option = byOption[lower];
    if (option !== undefined) throw refuse(`for ${quote(name)} there is the option ${option}`);
    if (seen.has(lower)) throw refuse(`${quote(name)} is there twice`);
    seen.add(lower);
    if (typeof value !== 'string' || value.trim() === '') throw refuse(`${quote(name)} has no text`);
    const wrong = headerTextProblem(value);
    if (wrong) throw refuse(`the value of ${quote(name)} ${wrong}`);
  }
  return { ...headers };
}

// RFC 2919 §2: a label, a dot, and a domain that the owner of the list controls, each a dot-atom.
const identifier = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)+$/;
const longest = 255;
/** In bytes: it stands on one line where it is ASCII, and a longer one is of no use. */
const longestName = 400;

/**
 * The value of `List-Id`, from `'news.example.com'` or `'News of Example <news.example.com>'`.
 * @throws BulkInputError
 */
function formatListId(listId: string): string {
  const match = /^(?:([^<>]*)<([^<>]*)>|([^<>]*))$/.exec(listId);
  const id = (match?.[2] ?? match?.[3] ?? '').trim();
  const name = (match?.[1] ?? '').trim().replace(/^"(.*)"$/, '$1');
  const refuse = (problem: string) =>
    new BulkInputError(
      `The option listId is ${shown(listId)}: ${problem}. Give for instance 'news.example.com' or 'News <news.example.com>'`,
    );
  if (!identifier.test(id)) throw refuse('a list is named like a domain, in ASCII and with a dot in it');
  if (id.length > longest) throw refuse(`its identifier is longer than ${longest} characters`);
  const problem = headerTextProblem(name);
  if (problem) throw refuse(`its name ${problem}`);
  if (Buffer.byteLength(name) > longestName) throw refuse(`its name is longer than ${longestName} bytes`);
  return name === '' ? `<${id}>` : `${phrase(name)}\r\n <${id}>`;
}

/** RFC 5322 §3.2.5, or RFC 2047 where the name is not ASCII. */
function phrase(name: string): string {
  if (/^[ -~]*$/.test(name)) return `"${name.replace(/["\\]/g, '\\$&')}"`;
  return pieces(name)
    .map((piece) => `=?UTF-8?B?${Buffer.from(piece).toString('base64')}?=`)
    .join('\r\n ');
}

/** An encoded word has 75 characters at most (RFC 2047 §2), and no character is parted. */
function pieces(text: string): string[] {
  const all: string[] = [];
  let piece = '';
  for (const character of text) {
    if (Buffer.byteLength(piece + character) > 42) {
      all.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...all, piece];
}
