import { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import { onAbort } from '../common/abort.js';
import { type Clock, systemClock } from '../common/clock.js';
import { detached } from '../common/event-loop.js';
import { fakeTimers, timersAreFake } from '../common/timers.js';
import type { BulkEnding, BulkProgress, BulkResult, BulkSummary } from './common/bulk-results.js';
import { BulkInputError, JournalError, messageOf } from './common/errors.js';
import type { FileOperations } from './common/file-operations.js';
import { type Throttling, watchThrottling } from './common/graph-transporter.js';
import type { Machine } from './journal/lock-holder.js';
import type { BulkOptions } from './run/bulk-options.js';
import type { OpenRun } from './run/open-run.js';
import { type PreparedRun, prepareRun } from './run/prepare.js';
import { progressOf } from './run/progress.js';
import { ResultQueue } from './run/result-queue.js';
import type { SendLoop } from './run/send-loop.js';
import { dateOf } from './run/send-row.js';
import { checkedTotals, totalsOf } from './run/totals.js';

/**
 * Sends one personal mail to each recipient, no faster than the mailbox may, and none twice: with a journal also across
 * crashes.
 *
 * @example
 * const run = sendBulk({ transporter, recipients: 'customers.csv', template: 'newsletter', from: 'news@contoso.com', journal: 'runs/november' });
 * for await (const { row, status } of run) console.log(row.line, status);
 * const summary = await run.finished;
 */
export function sendBulk(options: BulkOptions): BulkRun {
  return new BulkRun(options);
}

/** What a run takes from the machine; tests pass their own. */
export interface RunEnvironment {
  clock?: Clock | undefined;
  files?: FileOperations | undefined;
  machine?: Machine | undefined;
}

interface RunEvents {
  /** The input has been read and the journal opened; sending begins. */
  started: [{ id: string; folder: string | undefined }];
  /** Where the run stands, whenever a row has come to its end. */
  progress: [BulkProgress];
  /** The service refused a request for coming too fast; `until` (ms since the epoch) where it named a time. */
  throttled: [{ mailbox: string; until: number | undefined; status: number }];
}

/** Endings that tell of something to mend. */
const faults: ReadonlySet<BulkEnding> = new Set(['refused', 'temporary', 'max-errors', 'journal']);

/** Results that wait for a reader. */
const resultsKept = 1_000;

/** A run under way. Iterate over it for the result of each row, listen to `progress`, or only await `finished`. */
export class BulkRun extends EventEmitter<RunEvents> implements AsyncIterable<BulkResult> {
  /**
   * Resolves when the run has ended, in whatever way: see `ended` and `error`.
   * @throws BulkInputError for options, recipients or a template that cannot be used, JournalError for a journal that cannot;
   * nothing was sent then
   */
  readonly finished: Promise<BulkSummary>;
  readonly #options: BulkOptions;
  readonly #clock: Clock;
  readonly #files: FileOperations | undefined;
  readonly #machine: Machine | undefined;
  readonly #results = new ResultQueue<BulkResult>(resultsKept);
  readonly #aborting = new AbortController();
  readonly #startedAt: number;
  /** The same by the monotonic clock. */
  readonly #begun: number;
  #run: { run: OpenRun; sendLoop: SendLoop; prepared: PreparedRun } | undefined;
  #throttled = 0;
  /** Until when the transport waits, by mailbox and by the monotonic clock. */
  readonly #pauses = new Map<string, number>();
  #ending: { why: BulkEnding; error: Error | undefined } | undefined;

  /** @internal */
  constructor(options: BulkOptions, { clock = systemClock, files, machine }: RunEnvironment = {}) {
    super();
    this.#options = options;
    this.#clock = clock;
    this.#files = files;
    this.#machine = machine;
    this.#startedAt = clock.now();
    this.#begun = clock.elapsed();
    // Begun in a moment, so that the caller can listen first.
    this.finished = new Promise((resolve, reject) => {
      detached(() => this.#work().then(resolve, reject));
    });
    this.finished.then(
      ({ error }) => this.#results.end(error && { error }),
      (error: unknown) => this.#results.end({ error }),
    );
  }

  /**
   * The results of this session, as they come; for one reader. A run waits for a reader that falls behind. An error that
   * ended the run is thrown after the last of them.
   */
  [Symbol.asyncIterator](): AsyncGenerator<BulkResult, void, undefined> {
    return this.#results.listen();
  }

  /** Takes no more rows and lets what is in flight come to its end. The run can be continued. */
  stop(): void {
    this.#end('stopped');
  }

  /** Ends what is in flight too: a mail that was being sent may be unknown then. The run can be continued. */
  abort(): void {
    this.#end('aborted');
    this.#aborting.abort(new Error('The run was aborted'));
  }

  /** The run's id, once its input has been read. */
  get id(): string | undefined {
    return this.#run?.run.id;
  }

  /** The folder of the run, once its input has been read. */
  get folder(): string | undefined {
    return this.#run?.run.folder;
  }

  /** Where the run stands. */
  get progress(): BulkProgress {
    const { run, sendLoop, prepared } = this.#run ?? {};
    return progressOf({
      state: run?.states.state,
      read: sendLoop?.read ?? 0,
      most: sendLoop?.most ?? Number.POSITIVE_INFINITY,
      prepared,
      pauses: this.#pauses,
      throttled: this.#throttled,
      startedAt: this.#startedAt,
      begun: this.#begun,
      clock: this.#clock,
    });
  }

  async #work(): Promise<BulkSummary> {
    if (timersAreFake()) throw new BulkInputError(`${fakeTimers.message} ${fakeTimers.hint}`);
    const release = onAbort(this.#options.signal, () => this.abort());
    const unwatch = watchThrottling((throttling) => this.#onThrottling(throttling));
    if (this.#options.signal?.aborted) this.abort();
    try {
      const sendLoop = await prepareRun(this.#options, {
        clock: this.#clock,
        files: this.#files,
        machine: this.#machine,
        signal: this.#aborting.signal,
        results: this.#results,
        opened: (run, sendLoop, prepared) => {
          this.#run = { run, sendLoop, prepared };
          this.emit('started', { id: run.id, folder: run.folder });
        },
        onResult: () => this.listenerCount('progress') > 0 && this.emit('progress', this.progress),
        onEnd: (why, error) => this.#end(why, error),
      });
      await this.#send(sendLoop);
      return await this.#summary();
    } finally {
      release();
      unwatch();
      await this.#run?.run.close();
    }
  }

  async #send(sendLoop: SendLoop): Promise<void> {
    try {
      if (this.#ending) sendLoop.stop();
      await sendLoop.run();
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(messageOf(cause));
      const ofJournal = this.#isEndOfJournal(error);
      if (ofJournal || !this.#ending?.error) this.#ending = { why: ofJournal ? 'journal' : 'refused', error };
    }
  }

  /** @throws Error when the numbers do not add up: then something is wrong with this program */
  async #summary(): Promise<BulkSummary> {
    const { run, sendLoop, prepared } = this.#run ?? {};
    if (!run || !sendLoop || !prepared) throw new Error('The run was not opened');
    const { state } = run.states;
    const rows = prepared.total ?? sendLoop.read;
    let ended = this.#ending?.why ?? 'complete';
    let error = this.#ending?.error;
    const { id, folder } = run;
    const finishedAt = this.#clock.now();
    // Mails were sent: a caller that waits for the end must be told of them, even where the journal fails only now.
    const onDisk = (failure: unknown): void => {
      if (!this.#isEndOfJournal(failure)) throw failure;
      ended = 'journal';
      error = failure;
    };
    if (!run.states.failure) {
      const at = new Date(finishedAt).toISOString();
      const totals = { ...totalsOf(state, rows) };
      await run.states
        .append({ type: 'session', at, event: 'end', pid: process.pid, host: hostname(), totals, ended })
        .catch(onDisk);
    }
    const checked = await checkedTotals(run.states, rows, folder, this.#files).catch(onDisk);
    const totals = checked ?? totalsOf(state, rows);
    return {
      id,
      ...totals,
      ended,
      ...(error && { error }),
      ...(folder !== undefined && { folder }),
      startedAt: this.#startedAt,
      finishedAt,
      duration: Math.round(this.#clock.elapsed() - this.#begun),
      throttled: this.#throttled,
    };
  }

  /** Whether the disk failed, or another process has changed the journal or taken the run over. */
  #isEndOfJournal(error: unknown): error is JournalError {
    return error instanceof JournalError && (error.code === 'failed' || error === this.#run?.run.states.failure);
  }

  #onThrottling({ mailbox, retryAfter, status }: Throttling): void {
    const { run, prepared } = this.#run ?? {};
    // Another run's, or of mail that is no part of a run.
    if (!run || ![...(prepared?.queues.all ?? [])].some((queue) => queue.mailbox === mailbox)) return;
    this.#throttled++;
    const now = this.#clock.now();
    const until = retryAfter === undefined ? undefined : now + retryAfter;
    if (retryAfter !== undefined) this.#pauses.set(mailbox, this.#clock.elapsed() + retryAfter);
    const at = new Date(now).toISOString();
    const asked = until === undefined ? {} : { until: dateOf(until).toISOString() };
    if (!run.states.failure) run.states.note({ type: 'throttled', at, mailbox, status, ...asked });
    this.emit('throttled', { mailbox, until, status });
  }

  #end(why: BulkEnding, error?: Error): void {
    const before = this.#ending?.why;
    // A run that is being stopped may still be aborted; and the last mails that a limit allows may meet what hits every mail.
    const outdone = (before === 'stopped' && why === 'aborted') || (before === 'limit' && faults.has(why));
    if (!this.#ending || outdone) this.#ending = { why, error };
    this.#run?.sendLoop.stop();
  }
}
