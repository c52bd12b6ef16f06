import type { JournalRecord } from '../journal/records.js';

/** What happened in a stretch of time. */
export interface Bucket {
  /** Its beginning, in milliseconds since the epoch. */
  at: number;
  sent: number;
  /** Rejected by the service, or unknown. */
  failed: number;
  /** Times that the service asked to wait. */
  throttled: number;
}

export interface TimelineView {
  /** Milliseconds that each bucket takes. */
  width: number;
  /** Without gaps, oldest first. */
  buckets: Bucket[];
}

const minute = 60_000;
/** Minutes that a bucket may take: each a round number to read on an axis. */
const widths = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 10_080, 43_200, 129_600, 525_600];

/** Counts the journal's records by the minute. */
export class Timeline {
  readonly #minutes = new Map<number, Bucket>();

  add(record: JournalRecord): void {
    const kind = kindOf(record);
    if (kind === undefined) return;
    const time = Date.parse(record.at);
    if (Number.isNaN(time)) return;
    const at = Math.floor(time / minute) * minute;
    const bucket = this.#minutes.get(at) ?? { at, sent: 0, failed: 0, throttled: 0 };
    bucket[kind] += 1;
    this.#minutes.set(at, bucket);
  }

  /** The whole run in at most `most` buckets: a minute each in a short run, wider ones in a long run. */
  view(most = 90): TimelineView {
    const times = [...this.#minutes.keys()].sort((a, b) => a - b);
    const first = times[0];
    const last = times.at(-1);
    if (first === undefined || last === undefined) return { width: minute, buckets: [] };
    const width =
      (widths.find((minutes) => span(first, last, minutes * minute) <= most) ?? widths.at(-1) ?? 1) * minute;
    const start = Math.floor(first / width) * width;
    const count = Math.min(span(first, last, width), 10_000);
    const buckets = Array.from({ length: count }, (_, i) => ({
      at: start + i * width,
      sent: 0,
      failed: 0,
      throttled: 0,
    }));
    for (const one of this.#minutes.values()) {
      const bucket = buckets[Math.floor((one.at - start) / width)];
      if (bucket === undefined) continue;
      bucket.sent += one.sent;
      bucket.failed += one.failed;
      bucket.throttled += one.throttled;
    }
    return { width, buckets };
  }
}

function kindOf(record: JournalRecord): 'sent' | 'failed' | 'throttled' | undefined {
  switch (record.type) {
    case 'sent':
      return 'sent';
    case 'rejected':
      // A row that could not become a mail says nothing about the service.
      return record.stage === 'send' ? 'failed' : undefined;
    case 'unknown':
      return 'failed';
    case 'throttled':
      return 'throttled';
    default:
      return undefined;
  }
}

function span(first: number, last: number, width: number): number {
  return Math.floor(last / width) - Math.floor(first / width) + 1;
}
