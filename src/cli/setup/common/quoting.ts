/**
 * A line of a `.env` file, as Node's own reader takes it (`util.parseEnv`): it knows three kinds of quotes and no escapes.
 * @throws RangeError for a value that no kind of quotes can hold
 */
export function envLine(name: string, value: string): string {
  if (/^[\w@.:/,-]*$/.test(value)) return `${name}=${value}`;
  const quote = ["'", '`', '"'].find((mark) => !value.includes(mark));
  // Within double quotes, \n is a line break.
  const unsafe = /[\0\r\n]/.test(value) || (quote === '"' && value.includes('\\n'));
  if (quote === undefined || unsafe) {
    throw new RangeError(
      `${name} cannot be written into a .env file: ${JSON.stringify(value)} holds all kinds of quotes, or a line break.`,
    );
  }
  return `${name}=${quote}${value}${quote}`;
}

/** Any text as code in a line of Markdown. */
export function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

/** The same for a cell of a table, where `|` would end it. */
export function cell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** An unambiguous date: 2026-11-23. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
