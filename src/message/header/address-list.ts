import { ambiguityOf } from '../../common/canonical-address.js';

/** What an address field says: its addresses, or why it cannot be understood. */
export type AddressList = { addresses: string[] } | { fault: string };

/**
 * Reads the value of a `To`, `Cc`, `Bcc` or `From` field (RFC 5322 §3.4) strictly: Graph takes recipients from these
 * fields alone, so a field that two readers could understand in two ways must not be sent. Groups are flattened, comments
 * and display names dropped, empty list elements allowed. The value may be folded.
 */
export function parseAddressList(value: string): AddressList {
  const tokens = tokenize(value);
  if ('fault' in tokens) return tokens;
  const addresses: string[] = [];
  let words: Token[] = [];
  let angle: Token[] | undefined;
  let closed = false;
  let inGroup = false;

  const endMailbox = (): string | undefined => {
    const parts = angle ?? words;
    const hadWords = words.length > 0;
    const bracketed = angle !== undefined;
    words = [];
    angle = undefined;
    closed = false;
    if (!bracketed && !hadWords) return undefined;
    const address = addressOf(parts);
    if (address === undefined) return `'${parts.map((token) => token.text).join(' ')}' is not an address`;
    const ambiguity = ambiguityOf(address);
    if (ambiguity !== undefined) return `${JSON.stringify(address)} ${ambiguity}`;
    addresses.push(address);
    return undefined;
  };

  for (const token of tokens.list) {
    let fault: string | undefined;
    if (angle && !closed) {
      if (token.text === '>' && token.special) closed = true;
      else if (token.special && !['@', '.', ':'].includes(token.text)) fault = `'${token.text}' inside <…>`;
      else angle.push(token);
    } else if (!token.special || token.text === '.' || token.text === '@') {
      if (closed) fault = `text after <…>`;
      else words.push(token);
    } else if (token.text === '<') {
      if (words.some(isAt)) fault = "an unquoted '@' in a display name";
      else if (closed) fault = 'two addresses without a comma between them';
      else angle = [];
    } else if (token.text === ',') {
      fault = endMailbox();
    } else if (token.text === ':') {
      if (inGroup || angle || words.length === 0 || words.some(isAt)) fault = "a ':' where none belongs";
      inGroup = true;
      words = [];
    } else if (token.text === ';') {
      if (inGroup) fault = endMailbox();
      else fault = "a ';' outside a group";
      inGroup = false;
    } else {
      fault = `a '${token.text}' where none belongs`;
    }
    if (fault) return { fault };
  }
  if (angle && !closed) return { fault: "a '<' that is never closed" };
  if (inGroup) return { fault: "a group that is not closed with ';'" };
  const fault = endMailbox();
  return fault ? { fault } : { addresses };
}

const isAt = (token: Token) => token.special && token.text === '@';

interface Token {
  text: string;
  special: boolean;
  /** Whether white space or a comment stands before it. */
  spaced: boolean;
}

// All are tried at one offset of a text that may be long.
const quotedString = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const domainLiteral = /\[[^[\]\\\s]*\]/y;
// Of white space only what mail knows as such; other readers take the rest for part of a word.
const word = /[^ \t\r\n()<>[\]:;@\\,."]+/y;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function tokenize(folded: string): { list: Token[] } | { fault: string } {
  const value = folded.replace(/\r\n(?=[ \t])/g, '');
  const list: Token[] = [];
  let spaced = false;
  let i = 0;
  const push = (text: string, special: boolean) => {
    list.push({ text, special, spaced });
    spaced = false;
    i += text.length;
  };
  while (i < value.length) {
    const char = value.charAt(i);
    if (char === ' ' || char === '\t') {
      spaced = true;
      i++;
    } else if (char === '(') {
      const end = endOfComment(value, i);
      if (end < 0) return { fault: "a '(' that is never closed" };
      spaced = true;
      i = end;
    } else if (char === '"') {
      const quoted = matchAt(quotedString, value, i);
      if (!quoted) return { fault: 'a quotation mark that is never closed' };
      push(quoted, false);
    } else if (char === '[') {
      const literal = matchAt(domainLiteral, value, i);
      if (!literal) return { fault: "a '[' that is never closed" };
      push(literal, false);
    } else if ('<>,:;@.)]\\'.includes(char)) {
      push(char, true);
    } else {
      const found = matchAt(word, value, i);
      if (found === undefined) return { fault: 'a line break where none belongs' };
      push(found, false);
    }
  }
  return { list };
}

function endOfComment(value: string, start: number): number {
  let depth = 0;
  for (let i = start; i < value.length; i++) {
    const char = value.charAt(i);
    if (char === '\\') i++;
    else if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return i + 1;
  }
  return -1;
}

/** `local@domain` from its tokens, where white space or a second `@` makes it no address. */
function addressOf(tokens: Token[]): string | undefined {
  const at = tokens.findIndex(isAt);
  if (at <= 0 || at === tokens.length - 1) return undefined;
  if (tokens.slice(1).some((token) => token.spaced)) return undefined;
  const local = tokens.slice(0, at);
  const domain = tokens.slice(at + 1);
  if (domain.some((token) => token.text === '@' || token.text === ':' || token.text.startsWith('"'))) return undefined;
  if (local.some((token) => token.text === ':' || token.text.startsWith('['))) return undefined;
  return tokens.map((token) => token.text).join('');
}
