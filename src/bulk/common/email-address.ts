import { domainToASCII } from 'node:url';
import { ambiguityOf } from '../../common/canonical-address.js';

// RFC 5322 dot-atom: what mail systems in use really give out. Quoted local parts and domain literals are refused.
const dotAtom = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const domainLabel = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u;

/** Why a text is not one plain e-mail address, or undefined if it is one. Lengths are those of RFC 5321 §4.5.3.1. */
export function addressProblem(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (/\s|\p{Cc}/u.test(text)) return 'has a space or line break in it';
  if (/[,;]/.test(text)) return 'holds more than one address';
  if (/[<>()[\]"\\:]/.test(text)) return 'must be the bare address, without a name, brackets or quotes';
  const ambiguity = ambiguityOf(text);
  if (ambiguity !== undefined) return ambiguity;
  const at = text.indexOf('@');
  if (at === -1) return 'has no @';
  if (text.includes('@', at + 1)) return 'has more than one @';
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (/[^\x20-\x7e]/.test(local)) return 'has letters before the @ that are not ASCII';
  if (!dotAtom.test(local)) return 'is not valid before the @';
  if (local.length > 64) return 'is longer than 64 characters before the @';
  return domainProblem(domain, 254 - local.length - 1);
}

/** Why a text is not the name of a mail domain, or undefined if it is one. */
export function domainProblem(domain: string, longest = 253): string | undefined {
  const labels = domain.split('.');
  const ascii = labels.every((label) => domainLabel.test(label)) ? domainToASCII(domain) : '';
  if (ascii === '' || ascii.split('.').some((label) => label.length > 63)) return 'has no valid domain after the @';
  if (labels.length < 2) return 'has a domain without a dot';
  if (/^\d+$/.test(labels.at(-1) ?? '')) return 'has a number where the domain must be';
  if (ascii.length > longest) return 'is longer than 254 characters';
  return undefined;
}
