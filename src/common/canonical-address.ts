import { domainToASCII } from 'node:url';

/** A domain in the form that DNS uses. */
export function canonicalDomain(text: string): string {
  const domain = text.toLowerCase();
  // Only for what needs it: domainToASCII reads a URL's host, so it cuts 'a.example/b' short and decodes '%61'.
  const international = /[^ -~]/.test(domain) && /^[\p{L}\p{M}\p{N}.-]*$/u.test(domain);
  return international ? domainToASCII(domain) || domain : domain;
}

/** The domain of an address, in the form that DNS uses; a text without an `@` is all domain. */
export function domainOf(address: string): string {
  return canonicalDomain(address.slice(address.lastIndexOf('@') + 1));
}

/**
 * One spelling for all spellings of an address that Exchange treats as one: it ignores case, also in the local part, and
 * an internationalised domain is the same in its A-label and U-label form. Case is that of ASCII alone: other letters
 * that fold into ASCII, such as the Kelvin sign, make another address. (fact from-4)
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

// RFC 2047 §2.
const encodedWord = /=\?[^?]*\?[bq]\?/i;
// White space but for space and tab, control characters, what is not shown, what could not be decoded, and the full stop
// of Chinese and Japanese, which is a dot in domains to some (RFC 3490 §3.1).
const ambiguousCharacter = /(?![ \t])[\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\ufffd\u3002]/u;

/**
 * Why two readers may take a text for different addresses, or `undefined`. Put after the address. White space in mail is
 * space and tab (RFC 5322 §2.2); some readers also trim other characters, decode encoded words where none may stand
 * (RFC 2047 §5), or replace letters by others that look the same.
 */
export function ambiguityOf(address: string): string | undefined {
  if (encodedWord.test(address)) return 'is in the encoded form of mail headers';
  if (/^[\t -~]*$/.test(address)) return undefined;
  const [character] = ambiguousCharacter.exec(address) ?? [];
  if (character !== undefined) {
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    return `has the character U+${code} in it, which some readers take for white space or do not see`;
  }
  const composed = address.normalize('NFC');
  const letters = [composed, composed.normalize('NFD')].includes(address) && composed.normalize('NFKC') === composed;
  return letters ? undefined : 'has letters in it that some readers replace by others';
}

/**
 * The same for a text that may hold addresses among names and punctuation, as the fields of a message do. Names may hold
 * what they will.
 */
export function ambiguityInList(text: string): string | undefined {
  if (/^[\t\r\n -~]*$/.test(text) && !encodedWord.test(text)) return undefined;
  for (const part of text.split(/[ \t\r\n<>(),;:"]+/)) {
    const ambiguity = part.includes('@') ? ambiguityOf(part) : undefined;
    if (ambiguity !== undefined) return ambiguity;
  }
  return undefined;
}

/** Whether `text` is a GUID, as tenant, client and object ids are. */
export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

/** Whether `text` can name a mailbox: one bare address, or an object id. */
export function isMailbox(text: string): boolean {
  // Half a surrogate pair cannot be put into a URL.
  if (/\p{Surrogate}/u.test(text)) return false;
  if (ambiguityOf(text) !== undefined) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get through
  return isGuid(text) || /^[^\s@<>(),:;"\\/?#\u0000-\u001f\u007f]+@[^\s@<>(),:;"\\/?#\u0000-\u001f\u007f]+$/.test(text);
}

/** Without the white space around it, which is space and tab in mail (RFC 5322 §2.2). */
export function trimWhiteSpace(text: string): string {
  const isBlank = (at: number) => text[at] === ' ' || text[at] === '\t';
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}
