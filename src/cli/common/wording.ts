/** A moment in local time: `14:03:20`, and with its day when that is not today. */
export function timeOfDay(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  const clock = [then.getHours(), then.getMinutes(), then.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return then.toDateString() === today.toDateString() ? clock : `${dateOf(then)} ${clock}`;
}

function dateOf(date: Date): string {
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${date.getFullYear()}-${month}-${day}`;
}

/** Text from a file or a server, on one line and without control characters, which a terminal would obey. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}

/** JSON on one line without control characters: `JSON.stringify` leaves some control characters as they are. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** {@link printable} for a text of several lines, which are kept. */
export function printableLines(text: string): string {
  return text.split('\n').map(printableLine).join('\n');
}

/** Indentation is kept. */
function printableLine(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${printable(line)}`;
}

// A flag stays together with the words before and after it: commands are named in sentences too.
const breaks = /(?<!(?:^| )--?[a-z][\w-]*) +(?!--?[a-z])/i;

/**
 * The lines of a paragraph, broken at spaces; a word that does not fit, such as a path or an id, stays whole, so that it can
 * be copied.
 */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(breaks)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/**
 * A text of several lines for a terminal so wide. Continuation lines are indented like the beginning of the line: its indentation, its
 * `- `, or the name in front of a column of values. A command stays on its line: the terminal may break it, which copying it
 * undoes, and a line break in it would not be undone.
 */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      if (line.length <= width || /^ *npx /.test(line)) return line;
      const [start = ''] = /^ *(?:- |[\w-]+(?: [\w-]+)? {2,})?/.exec(line) ?? [];
      const [first, ...more] = wrapWords(line.slice(start.length), Math.max(1, width - start.length));
      return [`${start}${first}`, ...more.map((rest) => `${' '.repeat(start.length)}${rest}`)];
    })
    .join('\n');
}

/** The width of a terminal unless its user changed it. */
const usualWidth = 80;

/** Names and values in two columns; rows without a value are left out. */
export function block(rows: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const shown = rows.filter(([, value]) => value !== undefined);
  const column = Math.max(...shown.map(([name]) => name.length)) + 2;
  return shown.flatMap(([name, value = '']) => {
    const [first = '', ...more] = wrapWords(printable(value), usualWidth - column);
    return [`${name.padEnd(column)}${first}`, ...more.map((line) => `${' '.repeat(column)}${line}`)];
  });
}

/** A paragraph in lines that fit; words that are too long, such as ids, stay whole. */
export function paragraph(text: string, indent = ''): string[] {
  return wrapWords(text, usualWidth - indent.length).map((line) => `${indent}${line}`);
}

/** The message of an error about a row without its line, where that is named already. */
export function withoutLine(message: string): string {
  return message.replace(/^Recipients, line \d+: | \(recipients, line \d+\)$/g, '');
}
