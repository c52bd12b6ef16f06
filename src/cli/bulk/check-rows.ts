import { type CheckReport, checkRecipients } from '../../bulk/checks/check-recipients.js';
import { count, counted } from '../../bulk/common/words.js';
import { openSuppressionList } from '../../bulk/suppression/suppression-list.js';
import { openTemplate } from '../../bulk/template/input.js';
import { printable, withoutLine } from '../common/wording.js';
import { inBulkFlags, listHeadersOf, type MailChoices, mailboxesOf, recipientsOf } from './mail-choices.js';

/** Runs all rows through every check that precedes sending. @throws BulkInputError */
export async function checkRows(
  choices: MailChoices,
  limit: number | undefined,
  alreadyToday: readonly number[],
): Promise<CheckReport> {
  const { attachments, suppress, from, allowDuplicates, rate, perDay } = choices;
  return checkRecipients({
    recipients: recipientsOf(choices),
    template: await openTemplate(choices.template, { attachmentsFolder: attachments }),
    senders: from,
    listHeaders: listHeadersOf(choices),
    suppression: suppress === undefined ? undefined : await openSuppressionList(suppress),
    allowDuplicates,
    rate,
    perDay,
    limit,
    alreadyToday,
    mailbox: choices.mailbox,
    mailboxes: mailboxesOf(choices).length,
  });
}

/** Problems that are listed; the others are counted. */
const mostListed = 20;

/** Lines that are named where many have the same problem. */
const mostLines = 5;

/** What a check found, for a person. */
export function checkText(report: CheckReport, { all = false } = {}): string[] {
  const { rows, ready, skipped, problems, problemCount, warnings, plan } = report;
  const groups = groupsOf(problems);
  const listed = groups.slice(0, all ? groups.length : mostListed);
  const listedRows = listed.reduce((sum, group) => sum + group.length, 0);
  const lines = [
    `${counted(rows, 'row')}: ${[
      counted(ready, 'mail'),
      ...(skipped.duplicate > 0 ? [`${counted(skipped.duplicate, 'duplicate')} to skip`] : []),
      ...(skipped.suppressed > 0 ? [`${count(skipped.suppressed)} on the suppression list`] : []),
      ...(problemCount > 0 ? [`${count(problemCount)} with problems`] : []),
    ].join(', ')}.`,
    ...listed.map(groupText),
  ];
  if (problemCount > listedRows) lines.push(`  … and ${counted(problemCount - listedRows, 'more row')}.`);
  lines.push(...warnings.map(({ message, rows: n }) => `Note: ${printable(message)} (${counted(n, 'row')})`));
  if (ready > 0) lines.push(...plan.statements);
  return lines;
}

type Problem = CheckReport['problems'][number];

/** Groups problems with the same message, such as that of a name which the template has wrong. */
function groupsOf(problems: readonly Problem[]): Problem[][] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const group = groups.get(withoutLine(problem.message));
    if (group) group.push(problem);
    else groups.set(withoutLine(problem.message), [problem]);
  }
  return [...groups.values()];
}

function groupText(problems: readonly Problem[]): string {
  const [first] = problems;
  if (!first) return '';
  if (problems.length === 1) return problemText(first);
  const lines = problems.slice(0, mostLines).map(({ line }) => line);
  const more = problems.length > lines.length ? ` and ${count(problems.length - lines.length)} more` : '';
  return `  Lines ${lines.join(', ')}${more}: ${printable(inBulkFlags(withoutLine(first.message)))}`;
}

function problemText({ line, email, message }: Problem): string {
  const problem = printable(inBulkFlags(withoutLine(message)));
  const who = email === undefined || problem.includes(email) ? '' : ` (${printable(email)})`;
  return `  Line ${line}${who}: ${problem}`;
}
