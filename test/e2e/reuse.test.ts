import { createHash, randomBytes } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isGraphMailError } from '../../src/common/errors.js';
import { graphTransport } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ retryAfter: '0.02' });
});
afterEach(() => sandbox.close());

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function message(subject: string, content: Buffer, signal?: AbortSignal) {
  const text = 'One line,\nand another.';
  return { from: 'noreply@contoso.example', to: 'ana@example.com', subject, text, attachments: [{ content }], signal };
}

/** What arrived, by subject. */
async function arrived(): Promise<Map<string, string[]>> {
  const files = new Map<string, string[]>();
  for (const { subject, attachments } of await sandbox.messages())
    files.set(subject, [...(files.get(subject) ?? []), ...attachments.map(({ content }) => digest(content))]);
  return files;
}

test('messages that follow one another in the same memory arrive each with their own bytes, whatever befalls them', async () => {
  const transporter = createTransport(graphTransport({ ...sandbox.options, uploadBudget: false, maxRetries: 20 }));
  const sizes = [300_000, 700_000, 1_400_000, 2_000_000];
  const files = Array.from({ length: 40 }, (_, i) => randomBytes(sizes[i % sizes.length] as number));
  for (const fault of [
    { status: 429, headers: { 'Retry-After': '0.01' }, times: 4 },
    { status: 504, delivered: true, times: 2 },
    { status: 504, delivered: false },
    { reset: 'before-answer' as const, delivered: true, times: 2 },
    { reset: 'before-answer' as const },
  ])
    sandbox.fault({ on: 'sendMail', ...fault });

  const ends = await Promise.all(
    files.map(async (file, i) => {
      const ending = new AbortController();
      if (i % 10 === 9) setTimeout(() => ending.abort(), 20 * i);
      const sent = transporter.sendMail(message(`Mail ${i}`, file, ending.signal));
      const outcome = await sent.then(
        () => 'sent',
        (error) => (isGraphMailError(error) ? error.outcome : 'foreign'),
      );
      return { subject: `Mail ${i}`, file: digest(file), outcome };
    }),
  );
  const there = await arrived();
  expect(ends.filter(({ outcome }) => outcome === 'sent').length).toBeGreaterThan(25);
  for (const { subject, file, outcome } of ends) {
    const copies = there.get(subject) ?? [];
    expect([file]).toEqual(expect.arrayContaining(copies));
    if (outcome !== 'unknown') expect(copies).toEqual(outcome === 'sent' ? [file] : []);
  }
  transporter.close();
});

test('an attachment that is changed between two messages goes out as it is then', async () => {
  const transporter = createTransport(graphTransport({ ...sandbox.options, mailboxConcurrency: 1 }));
  const file = randomBytes(500_000);
  const expected: [string, string[]][] = [];
  const queued: Promise<unknown>[] = [];
  // There is always something to send, so that what is shared is kept.
  for (let i = 0; i < 8; i++) {
    if (i % 3 === 2) file.fill(i, 1000, 2000);
    expected.push([`Mail ${i}`, [digest(file)]]);
    const sent = transporter.sendMail(message(`Mail ${i}`, file));
    queued.push(transporter.sendMail({ ...message('Filler', Buffer.from('x')) }));
    await sent;
  }
  await Promise.all(queued);
  const there = await arrived();
  there.delete('Filler');
  expect([...there]).toEqual(expected);
  transporter.close();
});
