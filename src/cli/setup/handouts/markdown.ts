/** Text of somebody's choice as code in a line of Markdown, whatever is in it. */
export function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

/** The same for a cell of a table, where a bar would end it. */
export function cell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** A date as everybody reads it the same: 2026-11-23. */
export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
