import type { Clock } from '../../common/clock.js';
import type { AddressSet } from '../common/address-set.js';
import type { BulkEnding, BulkResult } from '../common/bulk-results.js';
import { BulkInputError, messageOf } from '../common/errors.js';
import { messageIdFor } from '../journal/run-id.js';
import type { RowComposer } from '../message/compose-row.js';
import { fromDomain, type Sender } from '../message/sender.js';
import { classifyFailure, type FailureClass } from './classify-failure.js';
import type { MailboxQueue, MailboxQueues, SendSlot } from './mailbox-queues.js';
import { Outage } from './outage.js';
import type { ResultQueue } from './result-queue.js';
import type { PendingRow, RowsToSend } from './rows-to-send.js';
import { errorRecord, type RowEnd, type RowToSend, type SendingContext, sendRow } from './send-row.js';

interface SendLoopContext {
  runId: string;
  rows: RowsToSend;
  composer: RowComposer;
  /** The senders and their queues; none where the template gives each mail its From. */
  senders: readonly { sender: Sender; queue: MailboxQueue }[];
  /** The queue of a message; throws as sending it would. */
  queueOf: (message: object) => MailboxQueue;
  queues: MailboxQueues;
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
  /** Called with the result of every row. */
  onResult: (result: BulkResult) => void;
  /** Called once with the reason why no more rows are taken, unless there are none left. */
  onEnd: (why: BulkEnding, error?: Error) => void;
}

/** Messages that wait for their mailboxes, where the mailbox depends on the message. */
const mostWaiting = 256;

/** Rows that are in progress. */
const mostTasks = 1_000;

/** Takes row after row and sends its mail, until all are done or the run is to end. */
export class SendLoop {
  readonly #context: SendLoopContext;
  readonly #tasks = new Set<Promise<void>>();
  readonly #outage: Outage;
  /** Surely not sent, to be tried again. */
  readonly #again: PendingRow[] = [];
  #waiting = 0;
  #begun = 0;
  #failed = 0;
  #ending = false;
  #limited = false;
  #failure: { error: unknown } | undefined;
  // Not Promise.race: a promise that lasts keeps everything that ever raced with it.
  #wakeByStop: () => void = () => {};
  #wakeByTask: () => void = () => {};

  constructor(context: SendLoopContext) {
    this.#context = context;
    this.#outage = new Outage(context.patience);
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
    this.#context.queues.close();
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

  async #begin(wanted: PendingRow): Promise<void> {
    const { senders, queues, limit } = this.#context;
    if (this.#begun >= limit) return this.#end('limit');
    const queuesOfSenders = senders.map(({ queue }) => queue);
    const same = queuesOfSenders.filter(({ mailbox }) => mailbox === wanted.mailbox);
    const slot = senders.length > 0 ? await queues.acquire(same.length > 0 ? same : queuesOfSenders) : undefined;
    if (senders.length > 0 && !slot) return;
    const sender = senders.find(({ queue }) => queue === slot?.queue)?.sender;
    const job = await this.#prepare(wanted, sender);
    if (!job) return slot?.unused();
    const { queue } = job;
    this.#begun++;
    const { recipients } = job.composed;
    if (slot?.queue === queue && slot.recipients === recipients) return this.#track(this.#deliver(wanted, job, slot));
    // Mailbox or recipients depend on the message: others go on meanwhile.
    slot?.unused();
    this.#waiting++;
    const waiting = queues.acquire([queue], recipients).then((slot) => {
      this.#waiting--;
      return slot ? this.#deliver(wanted, job, slot) : undefined;
    });
    this.#track(waiting);
    while (this.#waiting >= mostWaiting && !this.#ending) await this.#aTask();
  }

  /** The mail of a row, or nothing when it gets none. */
  async #prepare(
    wanted: PendingRow,
    sender: Sender | undefined,
  ): Promise<(RowToSend & { queue: MailboxQueue }) | undefined> {
    const { composer, runId, clock, queueOf, senders } = this.#context;
    const { row, key } = wanted;
    const date = wanted.date ?? new Date(clock.now());
    try {
      const composed = await this.#unlessStopped(composer.compose(row, sender, { date }));
      if (!composed) return undefined;
      const messageId = messageIdFor(runId, row.number, key, fromDomain(composed.message));
      const queue = queueOf({ ...composed.message, messageId });
      const first = wanted.entered ? undefined : this.#context.addresses?.add(composed.address, row.number);
      if (first !== undefined) {
        this.#track(this.#skip(wanted, first));
        return undefined;
      }
      wanted.entered = true;
      const ownMailbox = senders.every((one) => one.queue !== queue);
      return { row, key, composed, messageId, date, doubtful: wanted.doubtful, ownMailbox, queue };
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(messageOf(error));
      // A template function may throw anything; what hits every row ends the run all the same.
      if (!(failure instanceof BulkInputError) && classifyFailure(failure).kind === 'hits-all')
        this.#end('refused', failure);
      else this.#track(this.#reject(wanted, failure));
      return undefined;
    }
  }

  async #skip({ row, key }: PendingRow, of: number): Promise<void> {
    await this.#append({ type: 'skipped', row: row.number, key, at: this.#now(), reason: 'duplicate', of });
    this.#result({ row, status: 'skipped', reason: `the same address as row ${of}` });
  }

  async #reject({ row, key, doubtful }: PendingRow, error: Error): Promise<void> {
    // What was made of it the first time may have been sent.
    if (doubtful) return this.#result({ row, status: 'unknown', error });
    const record = { row: row.number, key, at: this.#now(), error: errorRecord(error) };
    await this.#append({ type: 'rejected', stage: 'row', ...record });
    this.#result({ row, status: 'rejected', error });
  }

  async #deliver(wanted: PendingRow, job: RowToSend, slot: SendSlot): Promise<void> {
    const { mailbox } = slot.queue;
    let surelyNotSent = false;
    try {
      const end = await sendRow(this.#context.sending, mailbox, job);
      surelyNotSent = end.status === 'left' || end.status === 'rejected' || end.status === 'skipped';
      this.#conclude(wanted, job, slot.queue, end);
    } finally {
      // Only now, when the outcome has been dealt with: this lets the next mail of the mailbox go.
      if (surelyNotSent) slot.unused();
      else slot.used();
    }
  }

  #conclude(wanted: PendingRow, job: RowToSend, queue: MailboxQueue, end: RowEnd): void {
    const { row } = job;
    const { mailbox } = queue;
    const about = { row, mailbox, messageId: job.messageId };
    switch (end.status) {
      case 'sent':
        this.#outage.worked();
        this.#result({ ...about, status: 'sent', info: end.info });
        break;
      case 'skipped':
        this.#begun--;
        this.#result({ row, status: 'skipped', reason: `on the suppression list (${end.entry})` });
        break;
      case 'left':
        this.#begun--;
        this.#putBack(wanted, queue, end.failureClass, end.error);
        break;
      default:
        this.#result({ ...about, status: end.status, error: end.error });
        if (++this.#failed >= this.#context.maxErrors) this.#end('max-errors', end.error);
    }
  }

  /** Surely not sent: it is tried again, unless there is no point in it now. */
  #putBack(wanted: PendingRow, queue: MailboxQueue, failureClass: FailureClass, error: Error): void {
    if (failureClass.kind === 'called-off' || failureClass.kind === 'hits-all') {
      this.#end(failureClass.kind === 'hits-all' ? 'refused' : 'aborted', error);
      return;
    }
    const now = this.#context.clock.elapsed();
    const asked = failureClass.kind === 'later' ? failureClass.retryAfter : undefined;
    const until = asked === undefined ? this.#outage.failed(now) : now + asked;
    if (until === undefined) {
      this.#end('temporary', error);
      return;
    }
    this.#context.queues.hold(queue, until);
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

  /** A task that fails makes the run fail. */
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
