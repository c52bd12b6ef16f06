import type { CheckReport } from '../../bulk/checks/check-recipients.js';
import { count, counted } from '../../bulk/report/words.js';
import { printable, withoutLine } from '../wording.js';

/** Problems that are listed; the others are counted. */
const mostListed = 20;

/** What a check found, for a person. */
export function checkText(report: CheckReport, { all = false } = {}): string[] {
  const { rows, ready, skipped, problems, problemCount, warnings, plan } = report;
  const listed = problems.slice(0, all ? problems.length : mostListed);
  const lines = [
    `${counted(rows, 'row')}: ${[
      counted(ready, 'mail'),
      ...(skipped.duplicate > 0 ? [`${counted(skipped.duplicate, 'duplicate')} to skip`] : []),
      ...(skipped.suppressed > 0 ? [`${count(skipped.suppressed)} on the suppression list`] : []),
      ...(problemCount > 0 ? [`${count(problemCount)} with problems`] : []),
    ].join(', ')}.`,
    ...listed.map(problemText),
  ];
  if (problemCount > listed.length) lines.push(`  … and ${counted(problemCount - listed.length, 'more row')}.`);
  lines.push(...warnings.map(({ message, rows: n }) => `Note: ${printable(message)} (${counted(n, 'row')})`));
  lines.push(...plan.statements);
  return lines;
}

function problemText({ line, email, message }: CheckReport['problems'][number]): string {
  const problem = printable(withoutLine(message));
  const who = email === undefined || problem.includes(email) ? '' : ` (${printable(email)})`;
  return `  Line ${line}${who}: ${problem}`;
}
