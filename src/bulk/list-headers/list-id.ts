import { shown } from '../../options/shown-value.js';
import { BulkInputError } from '../common/errors.js';
import { headerTextProblem } from '../common/header-text.js';

// RFC 2919 §2: a label, a dot, and a domain that the owner of the list controls, each a dot-atom.
const identifier = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)+$/;
const longest = 255;
/** In bytes: it stands on one line where it is ASCII, and nobody reads a longer one. */
const longestName = 400;

/**
 * The value of `List-Id`, from `'news.example.com'` or `'News of Example <news.example.com>'`.
 * @throws BulkInputError
 */
export function formatListId(listId: string): string {
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
