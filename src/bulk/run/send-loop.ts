import type { Clock } from '../../common/timers.js';
import type { AddressSet } from '../checks/address-set.js';
import type { BulkEnding, BulkResult } from '../common/bulk-results.js';
import { BulkInputError, messageOf } from '../common/errors.js';
import { messageIdFor } from '../journal/run-id.js';
import type { RowComposer } from '../message/compose-row.js';
import type { Sender } from '../message/sender.js';
import { judgeFailure, type Verdict } from './classify-failure.js';
import { fromDomain } from './from-domain.js';
import type { Grant, Lane, Lanes } from './mailbox-queues.js';
import { Trouble } from './outage.js';
import type { ResultQueue } from './result-queue.js';
import type { RowsToSend, Wanted } from './rows-to-send.js';
import { errorRecord, type RowEnd, type RowToSend, type SendingContext, sendRow } from './send-row.js';

export interface FeederContext {
  runId: string;
  rows: RowsToSend;
  composer: RowComposer;
  /** The senders and their lanes; none where the template gives each mail its From. */
  senders: readonly { sender: Sender; lane: Lane }[];
  /** The lane of a message; throws as sending it would. */
  laneOf: (message: object) => Lane;
  lanes: Lanes;
  sending: SendingContext;
  /** `undefined` where an address may get more than one mail. */
  addresses: AddressSet | undefined;
  /** Rows that earlier sessions have read: as many there are at least. */
  readBefore: number;
  /** Mails to send at most. */
  limit: number;
  maxErrors: number;
  patience: number;
  clock: Clock;
  results: ResultQueue<BulkResult>;
  /** Told of every row that has come to its end. */
  onResult: (result: BulkResult) => void;
  /** Told once why no more rows are taken, if not for want of them. */
  onEnd: (why: BulkEnding, error?: Error) => void;
}

/** Messages that wait for their mailboxes, where the mailbox hangs on the message. */
const mostWaiting = 256;

/** Rows that are being brought to their end. */
const mostTasks = 1_000;

/** Takes row after row and sees each to its end, until all are done or the run is to end. */
export class Feeder {
  readonly #context: FeederContext;
  readonly #tasks = new Set<Promise<void>>();
  readonly #trouble: Trouble;
  /** Surely not sent, to be tried again. */
  readonly #again: Wanted[] = [];
  #waiting = 0;
  #begun = 0;
  #failed = 0;
  #ending = false;
  #limited = false;
  #failure: { error: unknown } | undefined;
  // Not races of promises: one that lasts keeps whatever ever raced with it.
  #wakeByStop: () => void = () => {};
  #wakeByTask: () => void = () => {};

  constructor(context: FeederContext) {
    this.#context = context;
    this.#trouble = new Trouble(context.patience);
  }

  /** Rows that were read, in this session or in an earlier one. */
  get read(): number {
    return Math.max(this.#context.rows.read, this.#context.readBefore);
  }

  /** Messages that may still come to an end in this session, those on their way included: infinitely many without a limit. */
  get most(): number {
    return this.#context.limit - this.#begun + this.#tasks.size;
  }

  /** Whether no more rows are taken. */
  get ending(): boolean {
    return this.#ending;
  }

  /** Takes no more rows; what is in flight comes to its end. */
  stop(): void {
    this.#ending = true;
    this.#wakeByStop();
    this.#wakeByTask();
    this.#context.lanes.close();
  }

  /**
   * Ends when every row has its end, or `stop()` was called and nothing is in flight any more.
   * @throws what reading the recipients throws, or JournalError
   */
  async run(): Promise<void> {
    const { rows, results } = this.#context;
    try {
      while (!this.#ending) {
        await this.#unlessStopped(results.room());
        while (this.#tasks.size > mostTasks && !this.#ending) await this.#aTask();
        const wanted = this.#again.shift() ?? (await rows.next((reading) => this.#unlessStopped(reading)));
        if (wanted === 'nothing') continue;
        if (wanted) await this.#begin(wanted);
        // What is in flight may come back.
        else if (this.#tasks.size > 0) await this.#aTask();
        else break;
      }
    } catch (error) {
      this.#failure ??= { error };
    }
    this.stop();
    await Promise.all(this.#tasks);
    rows.close();
    if (this.#failure) throw this.#failure.error;
  }

  async #begin(wanted: Wanted): Promise<void> {
    const { senders, lanes, limit } = this.#context;
    if (this.#begun >= limit) return this.#end('limit');
    const lanesOfSenders = senders.map(({ lane }) => lane);
    const same = lanesOfSenders.filter(({ mailbox }) => mailbox === wanted.mailbox);
    const grant = senders.length > 0 ? await lanes.acquire(same.length > 0 ? same : lanesOfSenders) : undefined;
    if (senders.length > 0 && !grant) return;
    const sender = senders.find(({ lane }) => lane === grant?.lane)?.sender;
    const job = await this.#prepare(wanted, sender);
    if (!job) return grant?.unused();
    const { lane } = job;
    this.#begun++;
    const { recipients } = job.composed;
    if (grant?.lane === lane && grant.recipients === recipients) return this.#track(this.#deliver(wanted, job, grant));
    // Mailbox or recipients hang on the message: others go on meanwhile.
    grant?.unused();
    this.#waiting++;
    const waiting = lanes.acquire([lane], recipients).then((granted) => {
      this.#waiting--;
      return granted ? this.#deliver(wanted, job, granted) : undefined;
    });
    this.#track(waiting);
    while (this.#waiting >= mostWaiting && !this.#ending) await this.#aTask();
  }

  /** The mail of a row, or nothing when it gets none. */
  async #prepare(wanted: Wanted, sender: Sender | undefined): Promise<(RowToSend & { lane: Lane }) | undefined> {
    const { composer, runId, clock, laneOf, senders } = this.#context;
    const { row, key } = wanted;
    const date = wanted.date ?? new Date(clock.now());
    try {
      const composed = await this.#unlessStopped(composer.compose(row, sender, { date }));
      if (!composed) return undefined;
      const messageId = messageIdFor(runId, row.number, key, fromDomain(composed.message));
      const lane = laneOf({ ...composed.message, messageId });
      const first = wanted.entered ? undefined : this.#context.addresses?.add(composed.address, row.number);
      if (first !== undefined) {
        this.#track(this.#skip(wanted, first));
        return undefined;
      }
      wanted.entered = true;
      const ownMailbox = senders.every((one) => one.lane !== lane);
      return { row, key, composed, messageId, date, doubtful: wanted.doubtful, ownMailbox, lane };
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(messageOf(error));
      // A template function may throw anything; what hits every row ends the run all the same.
      if (!(failure instanceof BulkInputError) && judgeFailure(failure).kind === 'hits-all')
        this.#end('refused', failure);
      else this.#track(this.#reject(wanted, failure));
      return undefined;
    }
  }

  async #skip({ row, key }: Wanted, of: number): Promise<void> {
    await this.#append({ type: 'skipped', row: row.number, key, at: this.#now(), reason: 'duplicate', of });
    this.#result({ row, status: 'skipped', reason: `the same address as row ${of}` });
  }

  async #reject({ row, key, doubtful }: Wanted, error: Error): Promise<void> {
    // What was made of it the first time may have been sent.
    if (doubtful) return this.#result({ row, status: 'unknown', error });
    const record = { row: row.number, key, at: this.#now(), error: errorRecord(error) };
    await this.#append({ type: 'rejected', stage: 'row', ...record });
    this.#result({ row, status: 'rejected', error });
  }

  async #deliver(wanted: Wanted, job: RowToSend, grant: Grant): Promise<void> {
    const { mailbox } = grant.lane;
    let surelyNotSent = false;
    try {
      const end = await sendRow(this.#context.sending, mailbox, job);
      surelyNotSent = end.status === 'left' || end.status === 'rejected' || end.status === 'skipped';
      this.#conclude(wanted, job, grant.lane, end);
    } finally {
      // Only now, when what follows from it stands: the next mail of the mailbox goes here.
      if (surelyNotSent) grant.unused();
      else grant.used();
    }
  }

  #conclude(wanted: Wanted, job: RowToSend, lane: Lane, end: RowEnd): void {
    const { row } = job;
    const { mailbox } = lane;
    const about = { row, mailbox, messageId: job.messageId };
    switch (end.status) {
      case 'sent':
        this.#trouble.worked();
        this.#result({ ...about, status: 'sent', info: end.info });
        break;
      case 'skipped':
        this.#begun--;
        this.#result({ row, status: 'skipped', reason: `on the suppression list (${end.entry})` });
        break;
      case 'left':
        this.#begun--;
        this.#putBack(wanted, lane, end.verdict, end.error);
        break;
      default:
        this.#result({ ...about, status: end.status, error: end.error });
        if (++this.#failed >= this.#context.maxErrors) this.#end('max-errors', end.error);
    }
  }

  /** Surely not sent: it is tried again, unless there is no point in it now. */
  #putBack(wanted: Wanted, lane: Lane, verdict: Verdict, error: Error): void {
    if (verdict.kind === 'called-off' || verdict.kind === 'hits-all') {
      this.#end(verdict.kind === 'hits-all' ? 'refused' : 'aborted', error);
      return;
    }
    const now = this.#context.clock.elapsed();
    const asked = verdict.kind === 'later' ? verdict.retryAfter : undefined;
    const until = asked === undefined ? this.#trouble.failed(now) : now + asked;
    if (until === undefined) {
      this.#end('temporary', error);
      return;
    }
    this.#context.lanes.hold(lane, until);
    this.#again.push(wanted);
  }

  #append(record: Parameters<SendingContext['states']['append']>[0]): Promise<void> {
    return this.#context.sending.states.append(record);
  }

  #now(): string {
    return new Date(this.#context.clock.now()).toISOString();
  }

  #result(result: BulkResult): void {
    this.#context.results.push(result);
    this.#context.onResult(result);
  }

  #end(why: BulkEnding, error?: Error): void {
    // What is on its way when the limit is reached may still meet what hits every mail.
    if (!this.#ending || this.#limited) this.#context.onEnd(why, error);
    this.#limited = why === 'limit';
    this.stop();
  }

  /** Waits for `work`, but not beyond `stop()`. */
  async #unlessStopped<T>(work: Promise<T> | undefined): Promise<T | undefined> {
    if (!work) return undefined;
    return new Promise((resolve, reject) => {
      this.#wakeByStop = () => resolve(undefined);
      work.then(resolve, reject);
      if (this.#ending) this.#wakeByStop();
    });
  }

  /** Resolves when a task has come to its end, or nothing is begun any more. */
  #aTask(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeByTask = resolve;
    });
  }

  /** What goes wrong with a task goes wrong with the run. */
  #track(work: Promise<void>): void {
    const task: Promise<void> = work
      .catch((error: unknown) => {
        this.#failure ??= { error };
        this.stop();
      })
      .finally(() => {
        this.#tasks.delete(task);
        this.#wakeByTask();
      });
    this.#tasks.add(task);
  }
}
