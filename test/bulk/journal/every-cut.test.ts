import { describe, expect, it } from 'vitest';
import { Journal } from '../../../src/bulk/journal/journal.js';
import { readRecords, readRun } from '../../../src/bulk/journal/read-journal.js';
import { DiskModel } from './disk-model.js';
import { attempt, journalErrorOf, sent, toldBy } from './journal-environment.js';
import { borders, file, folder, header, linesBefore, records, rows, stateAfter, whole } from './whole-journal.js';

// Tens of thousands of cuts, each with a fold of its own: on a busy machine that takes minutes.
describe(`the journal of a run over ${rows} rows, cut off anywhere`, { timeout: 600_000 }, () => {
  it('holds, at every byte, the complete records before the cut; or says that nothing was sent', async () => {
    const tallies = records.map((_, index) => JSON.stringify(stateAfter(index + 1).tally));
    for (let cut = 0; cut < whole.length; cut++) {
      const disk = DiskModel.holding(file, whole.subarray(0, cut));
      if (cut < header) {
        expect((await journalErrorOf(Journal.open(folder, disk))).code).toBe('missing');
        continue;
      }
      const { journal, state, cut: torn } = await Journal.open(folder, disk);
      const complete = linesBefore(cut);
      // Comparing with expect() takes longer than all the rest here.
      const asExpected =
        JSON.stringify(state.tally) === tallies[complete - 1] &&
        torn === cut - (borders[complete] ?? 0) &&
        disk.contentOf(file)?.length === borders[complete];
      if (!asExpected) expect({ cut, tally: state.tally, torn }).toBe('as the complete records before the cut say');
      await journal.close();
    }
  });

  it('is stable once it was repaired, and goes on from there', async () => {
    for (let cut = header; cut < whole.length; cut += 61) {
      const disk = DiskModel.holding(file, whole.subarray(0, cut));
      const expected = toldBy(stateAfter(linesBefore(cut)), rows);
      const first = await Journal.open(folder, disk);
      expect(toldBy(first.state, rows)).toEqual(expected);
      await first.journal.close();
      const second = await Journal.open(folder, disk);
      expect(second.cut).toBe(0);
      expect(toldBy(second.state, rows)).toEqual(expected);
      await second.journal.append(attempt(1000));
      await second.journal.append(sent(1000));
      await second.journal.close();
      const third = await Journal.open(folder, disk);
      expect(third.state.stateOf(1000)).toBe('sent');
      expect(third.cut).toBe(0);
    }
  });

  it('is left as it is by those who only read', async () => {
    const cut = (borders[100] ?? 0) + 20;
    const disk = DiskModel.holding(file, whole.subarray(0, cut));
    const { state, torn, end } = await readRun(folder, disk);
    expect(toldBy(state, rows)).toEqual(toldBy(stateAfter(100), rows));
    expect({ torn, end }).toEqual({ torn: 20, end: borders[100] });
    let read = 0;
    for await (const _ of readRecords(folder, disk)) read++;
    expect(read).toBe(100);
    expect(disk.contentOf(file)).toHaveLength(cut);
    expect(disk.operations).toBe(0);
  });
});
