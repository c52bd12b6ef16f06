import { styleText } from 'node:util';
import type { BulkProgress } from '../../bulk/common/bulk-results.js';
import { count, counted, formatDuration } from '../../bulk/common/words.js';
import type { Clock } from '../../common/clock.js';
import { canRedraw, hasColours, type Output, widthOf } from '../common/terminal.js';
import { timeOfDay, wrapText } from '../common/wording.js';

/** Milliseconds between two drawings of the line on a terminal, at least. */
const redrawInterval = 100;
/** A line on a terminal is redrawn without news too, as the times in it change. */
const refreshInterval = 1000;
/** Milliseconds between two lines where nothing can be redrawn, at least. */
const plainInterval = 30_000;
const clearLine = '\r\u001b[K';

export interface ProgressDisplay {
  output: Output;
  env: NodeJS.ProcessEnv;
  clock: Clock;
}

/** Shows how a run is getting on: one line that is redrawn on a terminal, a plain line now and then anywhere else. */
export class Progress {
  readonly #output: Output;
  readonly #env: NodeJS.ProcessEnv;
  readonly #clock: Clock;
  readonly #read: () => BulkProgress;
  readonly #redraws: boolean;
  readonly #paint: Paint | undefined;
  #last = Number.NEGATIVE_INFINITY;
  #shown: string | undefined;
  #cancel: (() => void) | undefined;
  #ended = false;

  /** Begins at once. @param read how the run is getting on at the moment */
  constructor({ output, env, clock }: ProgressDisplay, read: () => BulkProgress) {
    this.#output = output;
    this.#env = env;
    this.#clock = clock;
    this.#read = read;
    this.#redraws = canRedraw(output, env);
    this.#paint = hasColours(output, env)
      ? (colour, text) => styleText(colour, text, { validateStream: false })
      : undefined;
    this.#show();
  }

  /** The numbers have changed. */
  changed(): void {
    if (this.#ended || !this.#redraws) return;
    const wait = this.#last + redrawInterval - this.#clock.elapsed();
    if (wait <= 0) this.#show();
    else this.#wake(wait);
  }

  /** Writes a text, wrapped, which on a terminal goes above the progress. */
  print(words: string): void {
    const text = wrapText(words, widthOf(this.#output, this.#env));
    if (!this.#redraws) {
      this.#output.write(`${text}\n`);
      return;
    }
    this.#output.write(this.#ended ? `${text}\n` : `${clearLine}${text}\n${this.#shown ?? ''}`);
  }

  /** Shows the last state, and leaves the cursor at the start of a fresh line. */
  end(): void {
    if (this.#ended) return;
    this.#show();
    this.#ended = true;
    this.#cancel?.();
    if (this.#redraws) this.#output.write('\n');
  }

  #show(): void {
    this.#last = this.#clock.elapsed();
    const now = this.#clock.now();
    if (this.#redraws) {
      // Some terminals go to the next line as soon as the last column is filled.
      const line = progressLine(this.#read(), now, widthOf(this.#output, this.#env) - 1, this.#paint);
      if (line !== this.#shown) this.#output.write(`${clearLine}${line}`);
      this.#shown = line;
    } else {
      const line = progressText(this.#read(), now);
      if (line !== this.#shown) this.#output.write(`${line}\n`);
      this.#shown = line;
    }
    this.#wake(this.#redraws ? refreshInterval : plainInterval);
  }

  #wake(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, () => this.#show());
  }
}

type Colour = 'red' | 'yellow';
type Paint = (colour: Colour, text: string) => string;

const longestBar = 30;
const shortestBar = 8;
const gap = 2;

/** A part of the line; where not all parts fit, the one with the highest `rank` is left out first. */
interface Part {
  text: string;
  rank: number;
  colour?: Colour | undefined;
}

/**
 * How a run is getting on, in one line of at most `width` characters: what matters least is left out first.
 * @internal
 */
export function progressLine(progress: BulkProgress, now: number, width: number, paint: Paint = plain): string {
  const parts = partsOf(progress, now);
  while (parts.length > 1 && lengthOf(parts) > width) {
    parts.splice(parts.indexOf(parts.reduce((least, part) => (part.rank >= least.rank ? part : least))), 1);
  }
  const barWidth = Math.min(longestBar, width - lengthOf(parts) - 3);
  const text = parts.map((part) => (part.colour ? paint(part.colour, part.text) : part.text)).join(' '.repeat(gap));
  if (lengthOf(parts) > width) return (parts[0]?.text ?? '').slice(0, Math.max(0, width));
  return progress.total === undefined || barWidth < shortestBar ? text : `${bar(progress, barWidth)} ${text}`;
}

/**
 * The same where nothing is redrawn: all of it, without a bar.
 * @internal
 */
export function progressText(progress: BulkProgress, now: number): string {
  return partsOf(progress, now)
    .map(({ text }) => text.trimStart())
    .join(' '.repeat(gap));
}

const plain: Paint = (_, text) => text;

/** Rows whose outcome is settled. */
function doneOf({ sent, rejected, skipped, unknown }: BulkProgress): number {
  return sent + rejected + skipped + unknown;
}

function partsOf(progress: BulkProgress, now: number): Part[] {
  const { total, sent, rejected, skipped, unknown, timeLeft } = progress;
  const done = count(doneOf(progress));
  const parts: Part[] = [
    {
      text:
        total === undefined
          ? counted(doneOf(progress), 'row')
          : `${done.padStart(count(total).length)} of ${count(total)}`,
      rank: 0,
    },
    { text: `sent ${count(sent)}`, rank: 3 },
  ];
  if (rejected > 0) parts.push({ text: `rejected ${count(rejected)}`, rank: 2, colour: 'red' });
  if (skipped > 0) parts.push({ text: `skipped ${count(skipped)}`, rank: 7 });
  if (unknown > 0) parts.push({ text: `unknown ${count(unknown)}`, rank: 1, colour: 'yellow' });
  const pace = paceText(progress);
  if (pace !== undefined) parts.push({ text: pace, rank: 6 });
  const waiting = waitingText(progress, now);
  if (waiting !== undefined) parts.push({ text: waiting, rank: 4, colour: 'yellow' });
  if (timeLeft !== undefined && timeLeft > 0)
    parts.push({ text: `${formatDuration(Math.ceil(timeLeft / 1000) * 1000)} left`, rank: 5 });
  return parts;
}

/** The rate a minute once a minute has passed; before, the time taken so far. */
function paceText({ rate, elapsed }: BulkProgress): string | undefined {
  if (elapsed < 1000) return undefined;
  return elapsed < 60_000 ? `in ${formatDuration(elapsed)}` : `${count(Math.round(rate))}/min`;
}

/**
 * What the run waits for besides its own pace.
 * @internal
 */
export function waitingText({ mailboxes }: Pick<BulkProgress, 'mailboxes'>, now: number): string | undefined {
  const waits = (reason: 'throttled' | 'day') =>
    mailboxes.flatMap(({ waiting }) => (waiting?.for === reason && waiting.until > now ? [waiting.until] : []));
  const first = (times: number[]) => timeOfDay(Math.min(...times), now);
  const throttled = waits('throttled');
  if (throttled.length > 0) {
    const who = throttled.length < mailboxes.length ? `${throttled.length} of ${mailboxes.length} mailboxes ` : '';
    return `${who}throttled until ${first(throttled)}`;
  }
  const waiting = waits('day');
  if (waiting.length === 0) return undefined;
  const who = waiting.length < mailboxes.length ? `${waiting.length} of ${mailboxes.length} mailboxes wait` : 'waits';
  return `${who} for the day's limit until ${first(waiting)}`;
}

function bar(progress: BulkProgress, width: number): string {
  const share = doneOf(progress) / Math.max(1, progress.total ?? 0);
  const filled = Math.min(width, Math.floor(width * share));
  return `[${'='.repeat(filled)}${' '.repeat(width - filled)}]`;
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((length, { text }) => length + text.length + gap, -gap);
}
