import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/cli/progress.js';

function record(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  return { written, output: { isTTY, columns, write: (text: string) => written.push(text) } };
}

describe('Progress', () => {
  it('redraws one line on a terminal, no wider than the terminal', () => {
    const { written, output } = record(true, 40);
    const progress = new Progress(output, 200, 'xterm');
    for (let i = 0; i < 200; i++) progress.step();
    progress.end();
    expect(written.slice(0, -1).every((text) => text.startsWith('\r') && text.length <= 40)).toBe(true);
    expect(written.at(-2)).toMatch(/^\r\[=+\] 200 of 200$/);
    expect(written.at(-1)).toBe('\n');
  });

  it('writes a few plain lines elsewhere, the last of them at the end', () => {
    const { written, output } = record(false);
    const progress = new Progress(output, 10, 'xterm');
    for (let i = 0; i < 10; i++) progress.step();
    progress.end();
    expect(written).toEqual(['3 of 10\n', '6 of 10\n', '9 of 10\n', '10 of 10\n']);
  });

  it('keeps to a very narrow terminal, and redraws nothing on one that cannot', () => {
    const narrow = record(true, 12);
    const progress = new Progress(narrow.output, 200, 'xterm');
    progress.step();
    expect(narrow.written).toEqual(['\r  1 of 200']);
    const dumb = record(true, 80);
    const plain = new Progress(dumb.output, 4, 'dumb');
    for (let i = 0; i < 4; i++) plain.step();
    expect(dumb.written).toEqual(['1 of 4\n', '2 of 4\n', '3 of 4\n', '4 of 4\n']);
  });
});
