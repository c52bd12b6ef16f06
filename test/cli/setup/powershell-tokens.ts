/** A token of PowerShell, as far as quoting goes. */
export interface Token {
  kind: 'string' | 'expandable' | 'comment' | 'open' | 'close' | 'other';
  /** Of a string: its value. */
  text: string;
}

// What PowerShell takes for quotes: the straight ones and their typographic kin (about_Quoting_Rules).
const SINGLE = "'\u2018\u2019\u201a\u201b";
const DOUBLE = '"\u201c\u201d\u201e';

/**
 * Takes a script apart the way PowerShell does, strings and comments above all, so that a test sees what a value of
 * somebody's choice becomes. Throws for a string that never ends.
 */
export function powerShellTokens(script: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < script.length) {
    const char = script[at] ?? '';
    if (char === '#') {
      const end = script.indexOf('\n', at);
      tokens.push({ kind: 'comment', text: script.slice(at, end === -1 ? undefined : end) });
      at = end === -1 ? script.length : end;
    } else if (SINGLE.includes(char)) {
      const [text, next] = literal(script, at + 1);
      tokens.push({ kind: 'string', text });
      at = next;
    } else if (DOUBLE.includes(char)) {
      const [text, next] = expandable(script, at + 1);
      tokens.push({ kind: 'expandable', text });
      at = next;
    } else if ('([{'.includes(char) || ')]}'.includes(char)) {
      tokens.push({ kind: '([{'.includes(char) ? 'open' : 'close', text: char });
      at++;
    } else {
      const word = /^(?:`[\s\S]|[\w$.:@-]+#?[\w$.:@-]*|\s+|.)/.exec(script.slice(at))?.[0] ?? char;
      if (word.trim() !== '') tokens.push({ kind: 'other', text: word });
      at += word.length;
    }
  }
  return tokens;
}

function literal(script: string, start: number): [text: string, next: number] {
  let text = '';
  for (let at = start; at < script.length; at++) {
    const char = script[at] ?? '';
    if (!SINGLE.includes(char)) text += char;
    else if (SINGLE.includes(script[at + 1] ?? '\0')) text += script[++at];
    else return [text, at + 1];
  }
  throw new Error(`a string that begins at ${start} never ends`);
}

function expandable(script: string, start: number): [text: string, next: number] {
  let text = '';
  let depth = 0;
  for (let at = start; at < script.length; at++) {
    const char = script[at] ?? '';
    if (char === '`') text += char + script[++at];
    else if (script.startsWith('$(', at)) {
      depth++;
      at++;
    } else if (depth > 0 && char === '(') depth++;
    else if (depth > 0 && char === ')') depth--;
    else if (depth === 0 && DOUBLE.includes(char)) {
      if (!DOUBLE.includes(script[at + 1] ?? '\0')) return [text, at + 1];
      text += script[++at];
    } else text += char;
  }
  throw new Error(`a string that begins at ${start} never ends`);
}

/** The value of an expression of strings and `[char]`s, added up, as `quotePowerShell` writes it. Throws for anything else. */
export function powerShellValue(expression: string): string {
  const inner = /^\((.*)\)$/s.exec(expression)?.[1];
  if (inner === undefined) {
    const [only, ...more] = powerShellTokens(expression);
    if (only?.kind !== 'string' || more.length > 0) throw new Error(`not one string: ${expression}`);
    return only.text;
  }
  const tokens = powerShellTokens(inner);
  let value = '';
  for (let at = 0; at < tokens.length; ) {
    const [token, type, close, number] = tokens.slice(at, at + 4);
    if (token?.kind === 'string') {
      value += token.text;
      at += 1;
    } else if (token?.text === '[' && type?.text === 'char' && close?.text === ']' && /^0x/.test(number?.text ?? '')) {
      if (at === 0) throw new Error('a sum that begins with a character is one of numbers');
      value += String.fromCharCode(Number(number?.text));
      at += 4;
    } else throw new Error(`neither a string nor a character: ${expression}`);
    const plus = tokens[at++];
    if (plus !== undefined && plus.text !== '+') throw new Error(`no sum: ${expression}`);
  }
  return value;
}
