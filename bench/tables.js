// A scenario's rows as a table, for the console and for Markdown.

const columns = [
  ['', (row) => row.title],
  ['mails/s', (row) => digits(row.mailsPerSecond)],
  ['of the bound', (row) => row.ofBound.toFixed(2)],
  ['CPU ms/mail', (row) => digits(row.cpu)],
  ['peak MB', (row) => row.memory.toFixed(0)],
  ['sent', (row) => String(row.accepted)],
  ['failed', (row) => String(row.failed)],
  ['lost', (row) => String(row.lost)],
  ['twice', (row) => String(row.duplicated)],
];

/** Three digits that count, or all before the point. */
export function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function consoleTable({ rows }) {
  const cells = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, show]) => show(row)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  return cells
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .join('\n');
}

export function markdownTable({ rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(([name]) => name)),
    line(columns.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(columns.map(([, show]) => (row.own ? `**${show(row)}**` : show(row))))),
  ].join('\n');
}
