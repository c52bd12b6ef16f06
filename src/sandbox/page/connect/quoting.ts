/** How the languages of the snippets write a text; the page's own, as it shares no code with the transport. */

/** JavaScript, Python, Go and C#, which read what JSON writes. */
export function double(text: string): string {
  return JSON.stringify(text);
}

/** JavaScript and PHP: nothing in it stands for a variable. */
export function single(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** A word for a POSIX shell, quoted only where it must be. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A line of a .env file, which knows three kinds of quotes and no escapes. */
export function envLine(name: string, value: string): string {
  if (/^[\w@.:/-]*$/.test(value)) return `${name}=${value}`;
  const quote = ["'", '`', '"'].find((mark) => !value.includes(mark)) ?? '"';
  return `${name}=${quote}${value}${quote}`;
}
