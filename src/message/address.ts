import { domainToASCII } from 'node:url';

/** The domain of an address, in the form that DNS uses; `''` when there is none. */
export function domainOf(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  // Only for what needs it: domainToASCII reads a URL's host, so it cuts 'a.example/b' short and decodes '%61'.
  const international = /[^ -~]/.test(domain) && /^[\p{L}\p{M}\p{N}.-]*$/u.test(domain);
  return international ? domainToASCII(domain) || domain : domain;
}

/**
 * One spelling for all spellings of an address that Exchange treats as one: it ignores case, also in the local part, and
 * an internationalised domain is the same in its A-label and U-label form. Case is that of ASCII alone: other letters
 * that fold into ASCII, such as the Kelvin sign, make another address.
 */
export function canonicalAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const local = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return at < 0 ? local(address) : `${local(address.slice(0, at))}@${domainOf(address)}`;
}

/** Whether an address can be sent to: what Graph makes of letters outside ASCII before the `@` is not known. */
export function hasAsciiLocalPart(address: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range begins with control characters
  return /^[\x00-\x7f]*$/.test(address.slice(0, Math.max(0, address.lastIndexOf('@'))));
}
