import type { BulkProgress, BulkResult } from '../../bulk/common/bulk-results.js';
import type { Clock } from '../../common/clock.js';
import type { Terminal } from '../common/terminal.js';
import { inBulkFlags } from './mail-choices.js';
import type { RunEnded, RunView } from './run-view.js';

/** Milliseconds between two progress events, at least. */
const interval = 1000;
/** At most, for a run that waits. */
const longestInterval = 30_000;

/** Reports a run to a program: one JSON object a line, with `event` and the time `at`. */
export class JsonView implements RunView {
  readonly #terminal: Terminal;
  #read: (() => BulkProgress) | undefined;
  #last = Number.NEGATIVE_INFINITY;
  #endBeat = () => {};

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  started({ id, folder, progress }: { id: string; folder: string | undefined; progress: () => BulkProgress }): void {
    this.#read = progress;
    const { total } = progress();
    this.write('start', { id, folder, rows: total });
    this.#endBeat = repeatedly(this.#terminal.clock, longestInterval, () => this.progressed());
  }

  result({ row, status, mailbox, messageId, info, error, reason }: BulkResult): void {
    const { requestId } = (info ?? {}) as { requestId?: unknown };
    this.write('result', {
      row: row.number,
      line: row.line,
      email: row.values.email,
      status,
      mailbox,
      messageId,
      requestId,
      reason,
      ...(error && { error: plainError(error) }),
    });
  }

  progressed(): void {
    const now = this.#terminal.clock.elapsed();
    if (now - this.#last < interval) return;
    this.#last = now;
    this.#writeProgress();
  }

  throttled({ mailbox, until, status }: { mailbox: string; until?: number; status?: number }): void {
    this.write('throttled', { mailbox, status, until: isoTime(until) });
  }

  note(text: string): void {
    this.write('note', { text });
  }

  finished(): void {
    this.#endBeat();
    this.#writeProgress();
  }

  ended({ summary, exitCode, reports }: RunEnded): void {
    const { error, startedAt, finishedAt, ...rest } = summary;
    this.write('end', {
      ...rest,
      ...(error && { error: plainError(error) }),
      startedAt: isoTime(startedAt),
      finishedAt: isoTime(finishedAt),
      exitCode,
      reports,
    });
  }

  /** Writes one event. */
  write(event: string, data: object): void {
    const at = isoTime(this.#terminal.clock.now());
    this.#terminal.stdout.write(`${JSON.stringify({ event, at, ...data })}\n`);
  }

  #writeProgress(): void {
    if (!this.#read) return;
    const { startedAt: _, mailboxes, ...rest } = this.#read();
    this.write('progress', {
      ...rest,
      mailboxes: mailboxes.map(({ waiting, ...mailbox }) => ({
        ...mailbox,
        ...(waiting && { waiting: { for: waiting.for, until: isoTime(waiting.until) } }),
      })),
    });
  }
}

function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined || !Number.isFinite(ms) ? undefined : new Date(ms).toISOString();
}

/** The fields of an error for a program; never its cause, which may hold anything. */
function plainError(error: Error): Record<string, unknown> {
  const fields = error as unknown as Record<string, unknown>;
  const names = ['code', 'outcome', 'responseCode', 'graphCode', 'requestId', 'attempts', 'hint'];
  const rest = Object.fromEntries(names.map((name) => [name, fields[name]]));
  const { hint } = rest;
  return {
    message: inBulkFlags(error.message),
    ...rest,
    ...(typeof hint === 'string' && { hint: inBulkFlags(hint) }),
  };
}

/** Calls back every `interval` ms; the returned function stops it. */
function repeatedly(clock: Clock, interval: number, callback: () => void): () => void {
  let cancel = () => {};
  const again = () => {
    cancel = clock.after(interval, () => {
      again();
      callback();
    });
  };
  again();
  return () => cancel();
}
