import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { Timeline } from '../../../src/bulk/report/timeline.js';
import { start, time } from './sample-run.js';

const at = (second: number, type: string, more = {}) =>
  ({ type, at: time(second), ...more }) as unknown as JournalRecord;

function timelineOf(...records: JournalRecord[]) {
  const timeline = new Timeline();
  for (const record of records) timeline.add(record);
  return timeline;
}

describe('the timeline of a run', () => {
  it('counts what was sent, failed and throttled in each minute, quiet ones included', () => {
    const timeline = timelineOf(
      at(5, 'sent'),
      at(59, 'sent'),
      at(60, 'unknown'),
      at(61, 'rejected', { stage: 'send' }),
      at(180, 'throttled'),
    );
    expect(timeline.view()).toEqual({
      width: 60_000,
      buckets: [
        { at: start, sent: 2, failed: 0, throttled: 0 },
        { at: start + 60_000, sent: 0, failed: 2, throttled: 0 },
        { at: start + 120_000, sent: 0, failed: 0, throttled: 0 },
        { at: start + 180_000, sent: 0, failed: 0, throttled: 1 },
      ],
    });
  });

  it('leaves out what is no sending: attempts, rows that became no mail, sessions, bounces', () => {
    const timeline = timelineOf(
      at(1, 'attempt'),
      at(1, 'rejected', { stage: 'row' }),
      at(1, 'skipped'),
      at(1, 'session'),
      at(1, 'bounce'),
    );
    expect(timeline.view().buckets).toEqual([]);
  });

  it.each([
    [89, 60_000],
    [90, 120_000],
    [3 * 60, 300_000],
    [24 * 60, 1_800_000],
    [30 * 24 * 60, 43_200_000],
  ])('of %i minutes has buckets of %i ms, and loses nothing', (minutes, width) => {
    const records = Array.from({ length: minutes + 1 }, (_, minute) => at(minute * 60, 'sent'));
    const view = timelineOf(...records).view(90);
    expect(view.width).toBe(width);
    expect(view.buckets.length).toBeLessThanOrEqual(90);
    expect(view.buckets.reduce((sum, { sent }) => sum + sent, 0)).toBe(minutes + 1);
  });

  it('takes the records in any order', () => {
    expect(timelineOf(at(300, 'sent'), at(0, 'sent')).view().buckets[0]).toMatchObject({ at: start, sent: 1 });
  });
});
