import { trimWhiteSpace } from '../../common/canonical-address.js';
import { addressProblem } from '../common/email-address.js';
import { quote } from '../common/errors.js';
import { headerTextProblem } from '../common/header-safety.js';

/** A name and an address, as Nodemailer takes them; there it is never parsed again. */
export interface MailAddress {
  name: string;
  address: string;
}

/**
 * The addresses of a From, Cc, Bcc or Reply-To in any of Nodemailer's forms: `'a@x.example'`, `'Ana <a@x.example>'`,
 * `{ name, address }`, a list of these, or several in one text. Read strictly, so that what is counted here is what is
 * sent, and a value of a row cannot add an address to a text that a template function put together.
 * @param show how a text that is wrong stands in the error: that of an option may be a secret
 * @throws Error with what is wrong, to be put after the name of the field
 */
export function readAddresses(value: unknown, show: (text: string) => string = quote): MailAddress[] {
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value.flatMap((one) => readAddresses(one, show));
  if (typeof value === 'string') return splitList(value, show).map((text) => readMailbox(text, show));
  if (typeof value === 'object' && 'address' in value && typeof value.address === 'string') {
    const name = 'name' in value ? (value.name ?? '') : '';
    if (typeof name !== 'string') throw new Error('has a name that is not text');
    return [checked({ name: name.trim(), address: value.address }, show)];
  }
  throw new Error('is no address; give a text or { name, address }, or a list of these');
}

/** Commas part addresses, unless they stand in a quoted name. */
function splitList(text: string, show: (text: string) => string): string[] {
  const parts = text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
  if (parts.join(',') !== text) throw new Error(`${show(text)} cannot be read; give { name, address }`);
  return parts.map(trimWhiteSpace);
}

function readMailbox(text: string, show: (text: string) => string): MailAddress {
  const match = /^(?:"((?:[^"\\]|\\.)*)"[ \t]*|([^"<>]*))<([^<>]*)>$/.exec(text);
  if (!match) return checked({ name: '', address: text }, show);
  const [, quoted, bare = '', address = ''] = match;
  const name = quoted?.replace(/\\(.)/g, '$1') ?? bare.trim();
  return checked({ name, address: trimWhiteSpace(address) }, show);
}

function checked({ name, address }: MailAddress, show: (text: string) => string): MailAddress {
  const problem = addressProblem(address);
  if (problem) throw new Error(`${show(address)} ${problem}`);
  const nameProblem = headerTextProblem(name);
  if (nameProblem) throw new Error(`the name ${show(name)} ${nameProblem}`);
  return { name, address };
}
