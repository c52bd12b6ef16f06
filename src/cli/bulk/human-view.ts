import type { BulkProgress, BulkResult } from '../../bulk/common/bulk-results.js';
import { printTotals } from '../../bulk/run/totals.js';
import { ownCommands, printer, type Terminal } from '../common/terminal.js';
import { printable, withoutLine } from '../common/wording.js';
import { adviceLines, paceLine, reportLines, resumeCommand, whyEnded } from './ending-text.js';
import { inBulkFlags } from './mail-choices.js';
import { Progress } from './progress.js';
import type { RunEnded, RunView } from './run-view.js';

/** Failed rows that are printed as they come; the report has them all. */
const mostPrinted = 10;

/** Shows a run to a person. */
export class HumanView implements RunView {
  readonly #terminal: Terminal;
  #progress: Progress | undefined;
  #printed = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  started({ folder, progress }: { folder: string | undefined; progress: () => BulkProgress }): void {
    const { stdout: output, env, clock } = this.#terminal;
    if (folder !== undefined) this.note(`Run folder ${folder}`);
    this.#progress = new Progress({ output, env, clock }, progress);
  }

  result(result: BulkResult): void {
    if (result.status !== 'rejected' && result.status !== 'unknown') return;
    this.#printed++;
    if (this.#printed <= mostPrinted) this.note(problemOf(result));
    if (this.#printed === mostPrinted + 1)
      this.note('More rows were rejected or are unknown; the report has them all.');
  }

  progressed(): void {
    this.#progress?.changed();
  }

  throttled(): void {
    this.#progress?.changed();
  }

  note(text: string): void {
    if (this.#progress) this.#progress.print(text);
    else printer(this.#terminal)(text);
  }

  finished(): void {
    this.#progress?.end();
  }

  ended({ summary, reports, folder, suppress, just }: RunEnded): void {
    const print = printer(this.#terminal);
    const why = whyEnded(summary);
    if (why !== undefined) print(why);
    print(printTotals(summary));
    print(paceLine(summary));
    if (reports) for (const line of reportLines(reports)) print(line);
    // Another process has changed the journal, so the report and its advice would be about that process's run.
    if (summary.ended === 'journal' && (summary.error as { code?: unknown } | undefined)?.code !== 'failed') return;
    const commands = ownCommands(this.#terminal);
    const { ended } = summary;
    if (reports && folder !== undefined)
      for (const line of adviceLines(reports.totals, folder, { commands, suppress, ended, just })) print(line);
    else if (folder !== undefined && summary.left > 0) print(`To go on:\n  ${resumeCommand(folder, commands)}`);
  }
}

function problemOf({ row, status, error }: BulkResult): string {
  const { email } = row.values;
  const who = typeof email === 'string' ? ` (${email})` : '';
  const why = inBulkFlags(withoutLine(error?.message ?? ''));
  return printable(`Line ${row.line}${who} ${status === 'unknown' ? 'is unknown' : 'was rejected'}: ${why}`);
}
