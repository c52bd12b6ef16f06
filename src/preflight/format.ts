import { KINDS, type PreflightKind, type PreflightSeverity } from './finding.js';
import type { PreflightExample, PreflightSummary } from './summary.js';

const width = 80;

/** Examples of each kind that are printed; the summary itself may hold more. */
const printedExamples = 3;

const headings: Record<PreflightSeverity, string> = {
  refused: 'Would be refused',
  changed: 'Would be sent otherwise',
  note: 'Good to know',
};

/** A summary as text for a terminal, at most 80 columns wide. */
export function formatPreflight(summary: PreflightSummary): string {
  const { mails, clean, changed, refused, unchecked, reportFailures } = summary;
  const lines = [`${count(mails, 'mail')} checked against Microsoft Graph`, ''];
  const row = (number: number, text: string) => lines.push(...wrap(`${String(number).padStart(7)}  ${text}`, 9));
  row(clean, 'would be sent as they are');
  row(changed, 'would be sent otherwise');
  row(refused, 'would be refused');
  row(unchecked, 'could not be checked wholly');
  const kinds = Object.entries(summary.byKind) as [
    PreflightKind,
    NonNullable<PreflightSummary['byKind'][PreflightKind]>,
  ][];
  for (const severity of ['refused', 'changed', 'note'] as const) {
    const found = kinds.filter(([, { severity: own }]) => own === severity);
    if (found.length === 0) continue;
    lines.push('', headings[severity]);
    for (const [kind, { mails: number, examples }] of found) {
      lines.push('', ...wrap(`  ${KINDS[kind].title}: ${count(number, 'mail')}`, 4));
      if (examples[0]) lines.push(...wrap(`    ${examples[0].message}`, 4));
      for (const example of examples.slice(0, printedExamples)) lines.push(...wrap(`    - ${named(example)}`, 6));
    }
  }
  if (summary.heaviest.length > 0) {
    lines.push('', 'Largest mails, in estimated bytes of MIME', '');
    for (const mail of summary.heaviest.slice(0, printedExamples))
      lines.push(...wrap(`${mail.size.toLocaleString('en').padStart(13)}  ${named(mail)}`, 15));
  }
  lines.push('', 'For every mail', '', ...summary.notes.flatMap((note) => wrap(`  ${note}`, 2)));
  if (reportFailures > 0) lines.push('', ...wrap(`The report function failed ${count(reportFailures, 'time')}.`, 0));
  return lines.join('\n');
}

const count = (number: number, noun: string) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

function named({ subject, messageId }: Pick<PreflightExample, 'subject' | 'messageId'>): string {
  return [subject && `"${subject}"`, messageId].filter(Boolean).join(' ') || 'a mail without subject and Message-ID';
}

/** Breaks a line at spaces, and words that are longer than a line. Control characters could reprogram a terminal. */
function wrap(line: string, indent: number): string[] {
  const lines: string[] = [];
  let rest = line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trimEnd();
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    // Never between the halves of one character.
    const cut = space > indent ? space : width - (/[\ud800-\udbff]/.test(rest.charAt(width - 1)) ? 1 : 0);
    lines.push(rest.slice(0, cut).trimEnd());
    rest = ' '.repeat(indent) + rest.slice(cut).trimStart();
  }
  return [...lines, rest];
}
