import { count, counted, listed } from '../common/words.js';
import type { RunActivity } from '../journal/lock.js';
import type { ReportTotals } from './totals.js';

interface Headline {
  /** In a word or two. */
  state: string;
  mood: 'good' | 'busy' | 'look';
  /** What happened, in one sentence. */
  sentence: string;
}

/** How a session can have ended, in words that end a sentence. */
const endings: Readonly<Record<string, string>> = {
  limit: 'It stopped at the limit that it was given.',
  stopped: 'It was stopped by hand.',
  aborted: 'It was broken off by hand.',
  'max-errors': 'It paused because too many mails failed.',
  refused: 'It stopped at an error that would have hit every mail.',
  temporary: 'It stopped because the service could not be reached.',
  journal: 'It stopped because the journal could not be written.',
};

const interrupted = 'It was interrupted: its process ended before the run did.';

/** What a user wants to know first. Pure. */
export function headlineOf(
  totals: ReportTotals,
  ended: string | undefined,
  activity: RunActivity['state'] = 'ended',
): Headline {
  const { rows, sent, rejected, skipped, unknown, left } = totals;
  if (rows === 0) return { state: 'Empty', mood: 'busy', sentence: 'There were no rows to send to.' };
  const inProgress = activity === 'in-progress';
  const open = inProgress ? 'on the way or unknown' : 'unknown';
  const others = [
    ...(rejected > 0 ? [`${count(rejected)} ${were(rejected)} rejected`] : []),
    ...(skipped > 0 ? [`${count(skipped)} ${were(skipped)} skipped`] : []),
    ...(unknown > 0 ? [`${count(unknown)} ${unknown === 1 ? 'is' : 'are'} ${open}`] : []),
    ...(left > 0 ? [`${count(left)} ${left === 1 ? 'is' : 'are'} left`] : []),
  ];
  const all = others.length === 0;
  const mails = all
    ? `${rows === 1 ? 'The one mail was' : `All ${counted(rows, 'mail')} were`} sent.`
    : `${count(sent)} of ${counted(rows, 'mail')} ${were(sent)} sent; ${listed(others)}.`;
  const why = inProgress || left === 0 ? '' : activity === 'interrupted' ? interrupted : (endings[ended ?? ''] ?? '');
  const sentence = [mails, why].filter((part) => part !== '').join(' ');
  if (inProgress) return { state: 'In progress', mood: rejected > 0 ? 'look' : 'busy', sentence };
  if (unknown > 0 || rejected > 0) return { state: left > 0 ? 'Not finished' : 'Needs a look', mood: 'look', sentence };
  return left > 0 ? { state: 'Not finished', mood: 'busy', sentence } : { state: 'Finished', mood: 'good', sentence };
}

function were(rows: number): string {
  return rows === 1 ? 'was' : 'were';
}
