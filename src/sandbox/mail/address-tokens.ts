/** A piece of an address list: RFC 5322 §3.2 and §3.4, comments and white space already judged. */
export interface Token {
  type: 'atom' | 'quoted' | 'literal' | 'comment' | 'special' | 'broken';
  /** For `quoted` and `comment` without their marks and escapes; otherwise as written. */
  text: string;
  /** As written. */
  source: string;
  /** Whether white space or a comment stands before it: phrases keep their spaces, `john doe@x` is no address. */
  spaced: boolean;
}

const SPACE = /[ \t\r\n]/;
const SPECIAL = /[<>,:;@.]/;
const CLOSING: Readonly<Record<string, string>> = { '"': '"', '[': ']', '(': ')' };
const TYPES: Readonly<Record<string, Token['type']>> = { '"': 'quoted', '[': 'literal', '(': 'comment' };

/** Total: what fits no rule becomes a `broken` token. Linear in the length of the value. */
export function tokenize(value: string): Token[] {
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
