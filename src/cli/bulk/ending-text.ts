import path from 'node:path';
import type { BulkSummary } from '../../bulk/common/bulk-results.js';
import { counted, formatDuration } from '../../bulk/common/words.js';
import { nextSteps, type RunSituation } from '../../bulk/report/next-steps.js';
import type { ReportTotals } from '../../bulk/report/totals.js';
import type { OwnCommands } from '../../common/own-commands.js';
import { inBulkFlags } from './mail-choices.js';

/** A folder as it is printed: relative where that is shorter. */
export function shownFolder(folder: string): string {
  const relative = path.relative('', folder) || '.';
  return relative.length < folder.length && !relative.startsWith('..') ? relative : folder;
}

/** The command that resumes a run. */
export function resumeCommand(folder: string, commands: OwnCommands): string {
  return commands.configured('bulk', 'resume', { file: folder });
}

/** What the advice about a run depends on besides its totals. */
export type AdviceSituation = Pick<RunSituation, 'commands' | 'suppress' | 'ended' | 'just'>;

/** What a person can do about a run, each with its commands below it. */
export function adviceLines(totals: ReportTotals, folder: string, situation: AdviceSituation): string[] {
  const { delivered, bounced, delayed } = totals.delivery;
  const bouncesRead = delivered + bounced + delayed > 0;
  const advice = nextSteps({ totals, folder, ...situation, bouncesRead, canReadBounces: true });
  const lines = advice.flatMap(({ what, commands }) => [
    `- ${what}${commands.length > 0 ? ':' : '.'}`,
    ...commands.map((command) => `  ${command}`),
  ]);
  const head = situation.commands
    ? 'What can be done next:'
    : 'What can be done next, by the program that began the run:';
  return lines.length > 0 ? [head, ...lines] : [];
}

/** Where a report is. */
export function reportLines({ html, csv, summary }: { html: string; csv: string; summary: string }): string[] {
  return [`Report  ${html}`, `        ${path.basename(csv)} and ${path.basename(summary)} beside it`];
}

/** Why a run did not finish, or undefined when it did. */
export function whyEnded({ ended, error }: Pick<BulkSummary, 'ended' | 'error'>): string | undefined {
  const looking = couldNotLook(error);
  const why = error ? `: ${inBulkFlags(error.message)}${hintOf(error)}` : '.';
  switch (ended) {
    case 'complete':
      return undefined;
    case 'limit':
      return 'As many mails were sent as --limit allows.';
    case 'stopped':
      return 'Interrupted: what was in flight was finished.';
    case 'aborted':
      return 'Interrupted: what was in flight was given up, and counts as unknown where it may have been sent.';
    case 'max-errors':
      return `Paused, because too many mails failed${why}`;
    case 'refused':
      return looking
        ? `Stopped, because unknown mails cannot be looked for${why}`
        : `Stopped, because every mail would fail like this one${why}`;
    case 'temporary':
      return looking
        ? `Stopped, because unknown mails cannot be looked for at the moment${why}`
        : `Stopped, because no mail can be sent at the moment${why}`;
    case 'journal':
      return (error as { code?: unknown } | undefined)?.code === 'failed'
        ? `Stopped, because the journal could not be written${why}`
        : `Stopped, because another process has changed the journal or taken the run over${why}`;
  }
}

/** Whether what ended a run is that unknown mails could not be looked for. */
export function couldNotLook(error: Error | undefined): boolean {
  return (error as { outcome?: unknown } | undefined)?.outcome === 'unknown';
}

function hintOf(error: Error): string {
  const { hint, graphCode } = error as { hint?: unknown; graphCode?: unknown };
  if (typeof hint !== 'string') return '';
  // Resumed unchanged, the run would end the same way.
  const kept = graphCode === 'ErrorSendAsDenied' ? ' A run keeps both: to change them, begin a new one.' : '';
  return `\n  ${inBulkFlags(hint)}${kept}`;
}

/** How long a session took. */
export function paceLine(summary: Pick<BulkSummary, 'duration' | 'throttled'>): string {
  const took = `Took ${formatDuration(summary.duration)}`;
  return summary.throttled > 0 ? `${took}, throttled ${counted(summary.throttled, 'time')}.` : `${took}.`;
}
