import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JournalError } from '../../../src/bulk/common/errors.js';
import { Journal } from '../../../src/bulk/journal/journal.js';
import type { JournalRecord } from '../../../src/bulk/journal/records.js';
import { DiskModel, type Loss } from './disk-model.js';
import { attempt, run, sent, session } from './journal-environment.js';

const folder = '/runs/one';
const rows = 12;

/** Sends on, as a resumed run does, until the power goes after so many operations. Tells what was acknowledged. */
async function sendUntil(disk: DiskModel, power: number, acknowledged: JournalRecord[]): Promise<void> {
  const last = disk.operations + power;
  disk.beforeOperation = () => {
    if (disk.operations >= last) throw new Error('the power is gone');
  };
  const opened = await Journal.open(folder, disk).catch((error: JournalError) => {
    if (error.code !== 'missing') throw error;
    return undefined;
  });
  const journal = opened?.journal ?? (await Journal.create(folder, run, disk));
  const left = (row: number) => (opened?.state.stateOf(row) ?? 'left') === 'left';
  const send = async (row: number) => {
    for (const record of [attempt(row), sent(row)]) {
      await journal.append(record);
      acknowledged.push(record);
    }
  };
  await journal.append(session());
  for (let row = 1; row <= rows; row += 3) {
    await Promise.all([row, row + 1, row + 2].filter(left).map(send));
  }
}

describe('a loss of power, at any operation and whatever of the cache it takes', () => {
  it('takes nothing that was acknowledged, leaves a journal that opens, and sends no row twice', async () => {
    const losses = fc.oneof(
      fc.constant<Loss>(() => Buffer.alloc(0)),
      fc.constant<Loss>((unsynced) => unsynced),
      fc.constant<Loss>((unsynced) => Buffer.alloc(unsynced.length)),
      fc.nat(400).map<Loss>((kept) => (unsynced) => unsynced.subarray(0, kept)),
      fc.nat(400).map<Loss>((kept) => (unsynced) => Buffer.concat([unsynced.subarray(0, kept), Buffer.alloc(512)])),
    );
    const failures = fc.array(fc.tuple(fc.nat(30), fc.boolean(), losses), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(failures, async (outages) => {
        let disk = new DiskModel();
        const acknowledged: JournalRecord[] = [];
        for (const [power, keepsEntries, loss] of outages) {
          const before = acknowledged.length;
          await sendUntil(disk, power, acknowledged).catch((error: JournalError) => expect(error.code).toBe('failed'));
          disk = disk.afterPowerLoss(keepsEntries, loss);
          if (acknowledged.length === 0 && before === 0) continue;
          const { state, journal } = await Journal.open(folder, disk);
          await journal.close();
          for (const record of acknowledged) {
            if (record.type === 'attempt') expect(['open', 'sent']).toContain(state.stateOf(record.row));
            if (record.type === 'sent') expect(state.stateOf(record.row)).toBe('sent');
          }
        }
        const attempts = acknowledged.flatMap((record) => (record.type === 'attempt' ? [record.row] : []));
        expect(new Set(attempts).size).toBe(attempts.length);
      }),
      { numRuns: 500 },
    );
  });

  it('during the creation leaves no journal, or one to which records can be added', async () => {
    for (let power = 0; ; power++) {
      const disk = new DiskModel();
      const acknowledged: JournalRecord[] = [];
      const failure = await sendUntil(disk, power, acknowledged).catch((error: unknown) => error);
      if (acknowledged.length > 0 || !(failure instanceof JournalError)) break;
      for (const keepsEntries of [true, false]) {
        for (const loss of [(all: Buffer) => all, () => Buffer.alloc(0)]) {
          const after = disk.afterPowerLoss(keepsEntries, loss);
          await sendUntil(after, 1000, []);
          const { sent, unknown } = (await Journal.open(folder, after)).state.tally;
          expect(sent + unknown).toBe(rows);
          expect(unknown).toBeLessThanOrEqual(3); // what was in flight
        }
      }
    }
  });
});
