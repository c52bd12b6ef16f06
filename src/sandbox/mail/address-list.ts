import { decodeWords } from './encoded-words.js';

export interface Address {
  /** The display name, decoded; empty without one. */
  name: string;
  /** local-part@domain, as written apart from needless quotes. */
  address: string;
}

export interface AddressList {
  /** In order, groups flattened. */
  addresses: Address[];
  /** The parts that are not addresses, as written. A sender that ignores one of them loses a recipient. */
  malformed: string[];
}

/** A piece of an address list: RFC 5322 §3.2 and §3.4, comments and white space already recognised. */
interface Token {
  type: 'atom' | 'quoted' | 'literal' | 'comment' | 'special' | 'broken';
  /** For `quoted` and `comment` without their marks and escapes; otherwise as written. */
  text: string;
  /** As written. */
  source: string;
  /** Whether white space or a comment stands before it: phrases keep their spaces, `john doe@x` is no address. */
  spaced: boolean;
}

/** Reads an address list: RFC 5322 §3.4 with the obsolete forms of §4.4. Total: never throws. */
export function parseAddressList(value: string): AddressList {
  const list: AddressList = { addresses: [], malformed: [] };
  let element: Token[] = [];
  // Kept while reading instead of looked up in `element`, so that a hostile list costs no more than its length.
  let angle: 'none' | 'open' | 'route' | 'address' = 'none';
  let phraseSoFar = true;
  let inGroup = false;
  const startElement = (): void => {
    element = [];
    angle = 'none';
    phraseSoFar = true;
  };
  const flush = (): void => {
    if (element.some((token) => token.type !== 'comment')) {
      const address = readMailbox(element);
      if (address) list.addresses.push(address);
      else list.malformed.push(sourceOf(element));
    }
    startElement();
  };
  for (const token of tokenize(value)) {
    const mark = token.type === 'special' ? token.text : '';
    if (mark === ',' && angle !== 'route') flush();
    else if (mark === ':' && !inGroup && phraseSoFar && element.length > 0) {
      startElement();
      inGroup = true;
    } else if (mark === ';' && inGroup) {
      flush();
      inGroup = false;
    } else {
      angle = nextAngle(angle, token, mark);
      phraseSoFar &&= isPhraseToken(token);
      element.push(token);
    }
  }
  flush();
  return list;
}

/** Where in `<@route:local@domain>` the reading stands: in an obsolete route, a comma separates no addresses. */
function nextAngle(angle: 'none' | 'open' | 'route' | 'address', token: Token, mark: string): typeof angle {
  if (mark === '<') return 'open';
  if (mark === '>') return 'none';
  if (angle === 'open' && token.type !== 'comment') return mark === '@' ? 'route' : 'address';
  return angle === 'route' && mark === ':' ? 'address' : angle;
}

function readMailbox(tokens: Token[]): Address | undefined {
  const words = tokens.filter((token) => token.type !== 'comment');
  const open = words.findIndex((token) => isMark(token, '<'));
  if (open < 0) {
    const address = readAddrSpec(words);
    const comment = tokens.find((token) => token.type === 'comment')?.text ?? '';
    return address === undefined ? undefined : { name: decodeWords(comment).trim(), address };
  }
  const phrase = words.slice(0, open);
  if (!isMark(words.at(-1), '>') || !phrase.every(isPhraseToken)) return undefined;
  const address = readAddrSpec(withoutRoute(words.slice(open + 1, -1)));
  return address === undefined ? undefined : { name: phraseText(phrase), address };
}

/** local-part "@" domain; white space around the dots is the obsolete form, between two words it is an error. */
function readAddrSpec(words: Token[]): string | undefined {
  const at = words.findIndex((token) => isMark(token, '@'));
  if (at < 0) return undefined;
  const local = readDotted(words.slice(0, at), (token) => {
    if (token.type === 'quoted') return token.text !== '' && isDotAtom(token.text) ? token.text : token.source;
    return token.type === 'atom' ? token.text : undefined;
  });
  const right = words.slice(at + 1);
  const [literal] = right;
  const domain =
    right.length === 1 && literal?.type === 'literal'
      ? literal.text
      : readDotted(right, (token) => (token.type === 'atom' ? token.text : undefined));
  return local === undefined || domain === undefined ? undefined : `${local}@${domain}`;
}

function readDotted(words: Token[], read: (token: Token) => string | undefined): string | undefined {
  let text = '';
  for (const [index, token] of words.entries()) {
    const part = index % 2 === 1 ? (isMark(token, '.') ? '.' : undefined) : read(token);
    if (part === undefined) return undefined;
    text += part;
  }
  return words.length % 2 === 1 ? text : undefined;
}

/** `<@a,@b:user@c>` (RFC 5322 §4.4): the route is to be ignored. */
function withoutRoute(words: Token[]): Token[] {
  return isMark(words[0], '@') ? words.slice(words.findIndex((token) => isMark(token, ':')) + 1) : words;
}

function isPhraseToken(token: Token): boolean {
  return token.type === 'atom' || token.type === 'quoted' || token.type === 'comment' || isMark(token, '.');
}

function phraseText(words: Token[]): string {
  const text = words.map((token) => (token.spaced ? ` ${token.text}` : token.text)).join('');
  return decodeWords(text.trim());
}

function isDotAtom(text: string): boolean {
  return /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/.test(text);
}

function isMark(token: Token | undefined, mark: string): boolean {
  return token?.type === 'special' && token.text === mark;
}

function sourceOf(tokens: Token[]): string {
  return tokens
    .map((token) => (token.spaced ? ` ${token.source}` : token.source))
    .join('')
    .trim();
}

const SPACE = /[ \t\r\n]/;
const SPECIAL = /[<>,:;@.]/;
const CLOSING: Readonly<Record<string, string>> = { '"': '"', '[': ']', '(': ')' };
const TYPES: Readonly<Record<string, Token['type']>> = { '"': 'quoted', '[': 'literal', '(': 'comment' };

/** Total: what fits no rule becomes a `broken` token. Linear in the length of the value. */
function tokenize(value: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = false;
  while (at < value.length) {
    const char = value.charAt(at);
    if (SPACE.test(char)) {
      spaced = true;
      at += 1;
      continue;
    }
    const start = at;
    let type: Token['type'];
    let text: string;
    if (char in CLOSING) {
      const end = enclosedEnd(value, at);
      type = end < 0 ? 'broken' : (TYPES[char] ?? 'broken');
      at = end < 0 ? value.length : end;
      const source = value.slice(start, at);
      text = type === 'quoted' || type === 'comment' ? unescaped(source.slice(1, -1)) : source;
    } else if (SPECIAL.test(char)) {
      type = 'special';
      text = char;
      at += 1;
    } else {
      at = atomEnd(value, at);
      text = value.slice(start, at);
      type = isAtom(text) ? 'atom' : 'broken';
    }
    tokens.push({ type, text, source: value.slice(start, at), spaced });
    spaced = type === 'comment';
  }
  return tokens;
}

/** Index behind the closing mark, or -1. Comments nest; a backslash takes the meaning from what follows it. */
function enclosedEnd(value: string, start: number): number {
  const open = value.charAt(start);
  const close = CLOSING[open];
  let depth = 0;
  for (let at = start; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (char === '\\') at += 1;
    else if (char === close && at > start) {
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (char === open && (open === '(' || at === start)) depth += 1;
  }
  return -1;
}

function atomEnd(value: string, start: number): number {
  let at = start + 1;
  while (at < value.length && !SPACE.test(value.charAt(at)) && !/[<>,:;@."[(]/.test(value.charAt(at))) at += 1;
  return at;
}

/** RFC 5322 atext, and the non-ASCII characters that RFC 6532 adds. */
function isAtom(text: string): boolean {
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code <= 0x20 || (code >= 0x7f && code < 0xa0) || '()<>[]:;@\\,."'.includes(char)) return false;
  }
  return true;
}

function unescaped(text: string): string {
  return text.replace(/\\([\s\S])/g, '$1');
}
