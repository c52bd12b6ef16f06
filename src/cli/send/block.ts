import { printable, wrapWords } from '../common/wording.js';

/** The width that terminals have unless somebody made them wider. */
const width = 80;

/** Names and values, one a line and the values below each other; what has no value is left out. */
export function block(rows: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const shown = rows.filter(([, value]) => value !== undefined);
  const column = Math.max(...shown.map(([name]) => name.length)) + 2;
  return shown.flatMap(([name, value = '']) => {
    const [first = '', ...more] = wrapWords(printable(value), width - column);
    return [`${name.padEnd(column)}${first}`, ...more.map((line) => `${' '.repeat(column)}${line}`)];
  });
}

/** A paragraph in lines that fit; words that do not, such as ids, stay whole. */
export function paragraph(text: string, indent = ''): string[] {
  return wrapWords(text, width - indent.length).map((line) => `${indent}${line}`);
}
