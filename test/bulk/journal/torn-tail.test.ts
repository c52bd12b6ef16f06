import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { JournalError } from '../../../src/bulk/common/errors.js';
import { Journal } from '../../../src/bulk/journal/journal.js';
import { DiskModel } from './disk-model.js';
import { journalErrorOf, toldBy } from './journal-environment.js';
import { borders, file, folder, header, lines, linesBefore, rows, stateAfter, whole } from './whole-journal.js';

describe('what a loss of power leaves at the end of a journal', () => {
  const complete = whole.subarray(0, borders[100]);
  const next = lines[100] ?? Buffer.alloc(0);
  it.each<[string, Buffer]>([
    ['a block of zeros', Buffer.alloc(4096)],
    ['more zeros than are read at a time', Buffer.alloc(300_000)],
    ['half a line and zeros', Buffer.concat([next.subarray(0, 40), Buffer.alloc(4056)])],
    ['zeros and the end of a line', Buffer.concat([Buffer.alloc(40), next.subarray(40)])],
    ['a line with other bytes in it', Buffer.from(next.toString().replace('row', 'raw'))],
    ['a line without its line feed', next.subarray(0, -1)],
    ['a single byte', Buffer.from('{')],
  ])('is cut off: %s', async (_, tail) => {
    const disk = DiskModel.holding(file, Buffer.concat([complete, tail]));
    const { state, cut } = await Journal.open(folder, disk);
    expect(cut).toBe(tail.length);
    expect(toldBy(state, rows)).toEqual(toldBy(stateAfter(100), rows));
    expect(disk.contentOf(file)).toHaveLength(complete.length);
  });

  it.each<[string, Buffer, number]>([
    ['zeros before a complete line', Buffer.concat([Buffer.alloc(40), next.subarray(40), lines[101] ?? next]), 101],
    ['a bad line before a piece of one', Buffer.concat([Buffer.from('{"type"}\n'), next.subarray(0, 10)]), 101],
    ['a bad line before zeros', Buffer.concat([Buffer.from('{"type"}\n'), Buffer.alloc(10)]), 101],
    ['two bad lines', Buffer.from('{}\n{}\n'), 101],
    ['an empty line before another', Buffer.concat([Buffer.from('\n'), next]), 101],
  ])('is refused, because something follows: %s', async (_, tail, line) => {
    const disk = DiskModel.holding(file, Buffer.concat([complete, tail]));
    const error = await journalErrorOf(Journal.open(folder, disk));
    expect(error.code).toBe('damaged');
    expect(error.message).toContain(`${file}, line ${line}:`);
    expect(disk.operations).toBe(0);
  });

  it.each<[string, Buffer]>([
    ['an empty file', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(4096)],
    ['half a first record', whole.subarray(0, 50)],
    ['a first record that is not what was written, and nothing else', Buffer.from('{"type":"run"}\n')],
  ])('says that nothing was sent: %s', async (_, bytes) => {
    const error = await journalErrorOf(Journal.open(folder, DiskModel.holding(file, bytes)));
    expect(error.code).toBe('missing');
    expect(error.message).toMatch(/nothing was sent under it/);
  });
});

describe('damage anywhere but in the last line', () => {
  const lastLine = borders.at(-2) ?? 0;
  const refused = async (bytes: Buffer): Promise<JournalError | undefined> => {
    const opened = await Journal.open(folder, DiskModel.holding(file, bytes)).catch((error: unknown) => error);
    return opened instanceof JournalError ? opened : undefined;
  };
  const flipped = (index: number, mask: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes[index] = (bytes[index] ?? 0) ^ mask;
    return bytes;
  };

  it('is refused with the line number, for every byte of the first 40 lines', async () => {
    for (let index = 0; index < (borders[40] ?? 0); index++) {
      const error = await refused(flipped(index, 1 << (index % 8)));
      const line = linesBefore(index) + 1;
      if (error?.code !== 'damaged' || !error.message.includes(`line ${line}:`)) {
        expect({ index, error: error?.message }).toBe(`refused at line ${line}`);
      }
    }
  });

  // The line feed before the last line is left out: without it the two are one line, and the last.
  it('is refused for bytes all over the file', async () => {
    for (let index = borders[40] ?? 0; index < lastLine - 1; index += 23) {
      for (const mask of [0x01, 0xff]) {
        if ((await refused(flipped(index, mask)))?.code !== 'damaged') expect(index).toBe('refused');
      }
    }
  });

  it('is refused when a line is missing that others build on, or stands there twice', async () => {
    const without = Buffer.concat(lines.filter((_, index) => index !== 2));
    expect((await refused(without))?.message).toMatch(/line 3: .*"sent" of row 1 cannot follow "left"/);
    const twice = Buffer.concat(lines.flatMap((line, index) => (index === 3 ? [line, line] : [line])));
    expect((await refused(twice))?.message).toMatch(/line 5: .*"sent" of row 1 cannot follow "sent"/);
  });

  it('is refused when the first line is not that of a run, or a second run begins', async () => {
    expect((await refused(whole.subarray(header)))?.message).toMatch(/line 1: .*what the run was begun with/);
    expect((await refused(Buffer.concat([whole, whole])))?.message).toMatch(/a second run begins there/);
  });

  it('is refused when a line is understood no more, though it is whole', async () => {
    const lost = Buffer.concat([whole, Buffer.from('{"type":"lost","crc":"e4d4d4d4"}\n')]);
    // With a wrong checksum it is a torn tail; the right one says that it was written like this.
    expect(await refused(lost)).toBeUndefined();
    const crc = crc32('{"type":"lost"}').toString(16).padStart(8, '0');
    const meant = Buffer.concat([whole, Buffer.from(`{"type":"lost","crc":"${crc}"}\n`)]);
    expect((await refused(meant))?.message).toMatch(new RegExp(`line ${lines.length + 1}: .*"lost"`));
  });
});
