import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BulkOptions, type BulkSummary, sendBulk } from '../../../src/bulk/index.js';
import { BulkRun } from '../../../src/bulk/send-bulk.js';
import { GraphMailError } from '../../../src/common/errors.js';
import { play } from './virtual/play.js';
import { SteppingClock } from './virtual/stepping-clock.js';
import { syncFiles } from './virtual/sync-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'odd-answers-'));
});
afterEach(() => rm(folder, { recursive: true }));

function options(sendMail: BulkOptions['transporter']['sendMail'], more: Partial<BulkOptions> = {}): BulkOptions {
  return {
    transporter: { sendMail },
    recipients: [1, 2, 3].map((row) => ({ email: `r${row}@example.com` })),
    template: { subject: 'Hello', text: 'Hello' },
    from: 'news@contoso.com',
    journal: path.join(folder, 'run'),
    rate: false,
    ...more,
  };
}

const finish = (...given: Parameters<typeof options>): Promise<BulkSummary> => sendBulk(options(...given)).finished;

describe('a transporter that', () => {
  it('throws instead of answering leaves one mail unknown, and the others go out', async () => {
    const sendMail = ({ to }: { to: { address: string } }) => {
      if (to.address === 'r2@example.com') throw new Error('Broken');
      return Promise.resolve({});
    };
    expect(await finish(sendMail)).toMatchObject({ sent: 2, unknown: 1, left: 0, ended: 'complete' });
  });

  it('answers at once, without a promise, has sent the mail', async () => {
    const sendMail = (() => undefined) as unknown as () => Promise<unknown>;
    expect(await finish(sendMail)).toMatchObject({ sent: 3, ended: 'complete' });
  });

  it.each([
    ['nothing', undefined],
    ['a symbol', Symbol('odd')],
    ['an object without words', Object.create(null)],
    ['an error whose message is no text', Object.assign(new Error('x'), { message: { odd: true } })],
  ])('fails with %s is recorded all the same', async (_, thrown) => {
    const sendMail = () => Promise.reject(thrown);
    expect(await finish(sendMail)).toMatchObject({ unknown: 3, left: 0, ended: 'complete' });
    expect(await finish(sendMail)).toMatchObject({ unknown: 3, left: 0, ended: 'complete' });
  });

  it.each([Number.NaN, -1, 1.5])('says that it took %d attempts is recorded all the same', async (attempts) => {
    expect(await finish(async () => ({ attempts }))).toMatchObject({ sent: 3, ended: 'complete' });
  });

  it('does not pass on who wants to know of the attempt has its mail known as sent', async () => {
    const mailboxFor = () => 'news@contoso.com';
    const transporter = { transporter: { mailboxFor, settle: mailboxFor }, sendMail: async () => ({}) };
    expect(await finish(transporter.sendMail, { transporter })).toMatchObject({ sent: 3, ended: 'complete' });
    expect(await finish(transporter.sendMail, { transporter })).toMatchObject({ sent: 3, left: 0 });
  });
});

describe('a row', () => {
  it.each([
    ['that contains itself', () => Object.assign({ email: 'b@example.com' }, { self: {} as object })],
    ['whose values cannot be written', () => ({ email: 'b@example.com', bad: { toJSON: () => JSON.parse('{') } })],
  ])('%s ends the run with its number, and is not sent', async (name, make) => {
    const row = make() as { email: string; self?: object };
    if (name.endsWith('itself')) row.self = row;
    const given: string[] = [];
    const sendMail = async ({ to }: { to: { address: string } }) => given.push(to.address);
    const summary = await finish(sendMail, { recipients: [{ email: 'a@example.com' }, row] });
    expect(summary).toMatchObject({ sent: 1, left: 1, ended: 'refused' });
    expect(summary.error?.message).toMatch(/^Recipients, row 2: /);
    expect(given).toEqual(['a@example.com']);
  });
});

describe('a pause that outlasts every calendar', () => {
  it('holds the mailbox, in this session and the next, and the run can be stopped', async () => {
    let asked = 0;
    const sendMail = async () => {
      asked++;
      throw new GraphMailError('Slow down', { code: 'EGRAPH', retryAfter: Number.POSITIVE_INFINITY });
    };
    for (let session = 1; session <= 2; session++) {
      const clock = new SteppingClock();
      const run = new BulkRun(options(sendMail, { concurrency: 1 }), { clock, files: syncFiles(() => clock.now()) });
      clock.after(86_400_000, () => run.stop());
      await play(clock, run);
      expect(await run.finished).toMatchObject({ ended: 'stopped', sent: 0, unknown: 0 });
    }
    expect(asked).toBe(1);
  });
});

describe('abort()', () => {
  it('comes to an end when the transporter says nothing any more: those mails are unknown', async () => {
    const clock = new SteppingClock();
    const never = () => new Promise<never>(() => {});
    const run = new BulkRun(options(never, { concurrency: 2 }), { clock, files: syncFiles(() => clock.now()) });
    clock.after(60_000, () => run.abort());
    await play(clock, run);
    expect(await run.finished).toMatchObject({ ended: 'aborted', sent: 0, unknown: 2 });
    expect(clock.timers).toBe(0);
  });

  it('comes to an end when the suppression list says nothing any more: nothing was sent', async () => {
    const clock = new SteppingClock();
    const given: unknown[] = [];
    const suppress = () => new Promise<never>(() => {});
    const all = options(async (mail) => given.push(mail), { suppress });
    const run = new BulkRun(all, { clock, files: syncFiles(() => clock.now()) });
    clock.after(60_000, () => run.abort());
    await play(clock, run);
    expect(await run.finished).toMatchObject({ ended: 'aborted', sent: 0, unknown: 0 });
    expect(given).toEqual([]);
  });
});

describe('a file of recipients that changes while it is sent to', () => {
  it.each([
    ['more', 'email\nr1@example.com\nr2@example.com\nr3@example.com\n', 2],
    ['fewer', 'email\nr1@example.com\n', 1],
  ])(
    'ends the run when there are %s rows than before, and sends nobody beyond them a mail',
    async (what, now, sent) => {
      const recipients = path.join(folder, 'recipients.csv');
      await writeFile(recipients, 'email\nr1@example.com\nr2@example.com\n');
      const run = sendBulk(options(async () => ({}), { recipients }));
      run.on('started', () => writeFileSync(recipients, now));
      const summary = await run.finished;
      expect(summary).toMatchObject({ rows: 2, sent, left: 2 - sent, ended: 'refused', error: { code: 'changed' } });
      expect(summary.error?.message).toContain(`${what} now`);
    },
  );
});
