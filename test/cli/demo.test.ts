import { EventEmitter } from 'node:events';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { runDemo } from '../../src/cli/demo.js';
import { systemClock } from '../../src/common/clock.js';
import { root } from '../helpers/run-node.js';

async function demo(onPrint?: (out: string, signals: EventEmitter) => void) {
  let out = '';
  const signals = new EventEmitter();
  const write = (text: string) => {
    out += text;
    onPrint?.(out, signals);
  };
  const code = await runDemo(
    {
      stdin: new PassThrough(),
      stdout: { write },
      stderr: { write },
      env: {},
      clock: systemClock,
      signals,
      connect: () => {
        throw new Error('the demonstration has a sandbox of its own');
      },
    },
    path.join(root, 'examples/newsletter'),
  );
  return { code, out };
}

it('the demonstration sends the newsletter to all, and prints what came of it', async () => {
  const { code, out } = await demo();
  expect(code).toBe(0);
  expect(out).toContain('At a rate of its own');
  expect(out).toContain('200 rows = 200 sent + 0 rejected + 0 skipped + 0 unknown + 0 left\n');
  for (const [figure, value] of Object.entries({
    Sent: '200',
    Rejected: '0',
    Unknown: '0',
    Seconds: '\\d+\\.\\d',
    'Token requests': '1',
    'Most in flight': '4',
    Report: '/.+/report\\.html',
    Inbox: 'http://127\\.0\\.0\\.1:\\d+/',
  })) {
    expect(out).toMatch(new RegExp(`^${figure} +${value}$`, 'm'));
  }
});

it('the demonstration tells on an interruption what was sent until then', async () => {
  let interrupted = false;
  const { code, out } = await demo((text, signals) => {
    if (interrupted || !text.includes('Run folder')) return;
    interrupted = true;
    signals.emit('SIGINT');
  });
  expect(code).toBe(130);
  expect(out).toMatch(/^200 rows = \d+ sent \+ 0 rejected \+ 0 skipped \+ 0 unknown \+ [1-9]\d* left$/m);
  expect(out).toContain('Interrupted: what was in flight was finished.');
});
