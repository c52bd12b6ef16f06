import { appendFile, copyFile, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FileOperations, systemFiles } from '../../../src/bulk/common/file-operations.js';
import type { Machine } from '../../../src/bulk/journal/lock-holder.js';
import type { BulkOptions } from '../../../src/bulk/run/bulk-options.js';
import { BulkRun, type RunEnvironment } from '../../../src/bulk/send-bulk.js';
import { systemClock } from '../../../src/common/clock.js';
import { createGraphTransporter, type GraphTransportOptions } from '../../../src/index.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';

const rows = 8;
const addresses = Array.from({ length: rows }, (_, index) => `p${index + 1}@example.com`);
const modes = ['plain', 'direct', 'verify', 'draft'] as const;
type Mode = (typeof modes)[number];

let sandbox: Sandbox;
let parent: string;
let folder: string;
let transporter: ReturnType<typeof createGraphTransporter>;
beforeAll(async () => {
  const clientId = '11111111-2222-4333-8444-555555555555';
  const apps = [{ clientId, certificates: [], roles: ['Mail.Send', 'Mail.ReadWrite'] }];
  sandbox = await startSandbox({ clientId, apps, mailboxConcurrency: false, requestLimit: false });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'two-machines-'));
  folder = path.join(parent, 'run');
  sandbox.clear();
});
afterEach(async () => {
  transporter.close();
  await rm(parent, { recursive: true });
});

/** What a machine knows of itself; of the other one's processes it sees nothing. */
const machine = (boot: string): Machine => ({
  self: async () => ({ pid: 17, host: 'mailer-0', started: '500', boot, space: 'pid:[1]' }),
  processAt: async () => 'none',
});

function options(mode: Mode, more: Partial<BulkOptions> = {}): BulkOptions {
  const sends = { sendMail: (mail: object) => transporter.sendMail(mail) };
  return {
    transporter: mode === 'plain' ? sends : transporter,
    recipients: { csv: `email\n${addresses.join('\n')}\n` },
    template: { subject: 'Hello', text: 'Hello {{email}}' },
    from: sandbox.options.mailbox,
    journal: folder,
    rate: false,
    // Two at a time: what waits of one run must leave room for the other at the mailbox.
    concurrency: 2,
    unknown: mode === 'verify' ? 'verify' : 'hold',
    ...more,
  };
}

function connect(mode: Mode): void {
  const delivery = mode === 'draft' ? 'draft' : 'direct';
  transporter = createGraphTransporter({ ...sandbox.options, delivery, verifyWindow: 0 } as GraphTransportOptions);
}

const disks = { local: 0xef53, NFS: 0x6969 };
type Moment = 'before it is written' | 'when it is written' | 'when it is on the disk';

/** The real files on a disk of that kind, where something happens at the n-th write of an attempt. */
function filesOn(
  disk: keyof typeof disks,
  at?: { nth: number; moment: Moment; happens: () => Promise<unknown> },
): FileOperations {
  let count = 0;
  return {
    ...systemFiles,
    statfs: async () => ({ type: disks[disk] }),
    open: async (...rest) => {
      const opened = await systemFiles.open(...rest);
      if (!at || !rest[0].endsWith('journal.jsonl')) return opened;
      let now = false;
      const happens = (moment: Moment) => (now && at.moment === moment ? at.happens() : undefined);
      return {
        read: (...given) => opened.read(...given),
        stat: (given) => opened.stat(given),
        truncate: (length) => opened.truncate(length),
        sync: () => opened.sync(),
        close: () => opened.close(),
        write: async (buffer, offset, length) => {
          const text = Buffer.from(buffer.subarray(offset, offset + length)).toString();
          const before = count;
          count += text.split('"type":"attempt"').length - 1;
          now = before < at.nth && count >= at.nth;
          await happens('before it is written');
          const written = await opened.write(buffer, offset, length);
          await happens('when it is written');
          return written;
        },
        datasync: async () => {
          await opened.datasync();
          await happens('when it is on the disk');
          now = false;
        },
      };
    },
  };
}

/** A run as another process has it: with a copy of the program of its own. Its clock is ahead: in Sent Items nothing is waited for. */
async function otherProcess(own: BulkOptions, environment: RunEnvironment) {
  vi.resetModules();
  const other = await import('../../../src/bulk/send-bulk.js');
  const clock = { ...systemClock, now: () => Date.now() + 61_000 };
  return new other.BulkRun(own, { ...environment, clock }).finished;
}

/** By address, how many mails arrived. */
async function arrived(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { to } of await sandbox.messages())
    for (const { address } of to) counts.set(address, (counts.get(address) ?? 0) + 1);
  return counts;
}

describe.each(modes)('two machines of one name and a run (%s)', (mode) => {
  beforeEach(() => connect(mode));

  it('on a shared volume: the second is refused, and the first sends everything once', async () => {
    let refused: unknown;
    const happens = async () => {
      refused = await otherProcess(options(mode), { files: filesOn('NFS'), machine: machine('b') }).catch(
        (error) => error,
      );
    };
    const files = filesOn('NFS', { nth: 3, moment: 'when it is on the disk', happens });
    const summary = await new BulkRun(options(mode), { files, machine: machine('a') }).finished;
    expect(refused).toMatchObject({ code: 'locked', message: expect.stringContaining('process 17 on mailer-0') });
    expect(summary).toMatchObject({ ended: 'complete', sent: rows });
    expect([...(await arrived()).values()]).toEqual(addresses.map(() => 1));
  });

  const moments: Moment[] = ['before it is written', 'when it is written', 'when it is on the disk'];
  it.each(
    moments.flatMap((moment) => [
      ['on a disk of one machine', 'local', false, moment] as const,
      ['on a shared volume, on the word of a person who is wrong', 'NFS', true, moment] as const,
    ]),
  )(
    '%s: the second takes the run over, and the first sends nothing more (%s, %s, an attempt %s)',
    async (_, disk, takeOver, moment) => {
      let second: Awaited<ReturnType<typeof otherProcess>> | undefined;
      const happens = async () => {
        const environment = { files: filesOn(disk), machine: machine('b') };
        second = await otherProcess(options(mode, { takeOver }), environment);
      };
      const files = filesOn(disk, { nth: 3, moment, happens });
      const first = await new BulkRun(options(mode), { files, machine: machine('a') }).finished;
      expect(first).toMatchObject({ ended: 'journal', error: { code: 'locked' } });
      expect(first.error?.message).toContain('17 on mailer-0 has taken over the run');
      expect(second).toMatchObject({ ended: 'complete', left: 0, rejected: 0 });
      const counts = await arrived();
      expect(Math.max(...counts.values())).toBe(1);
      // Whoever got nothing is known to be in doubt.
      expect(rows - counts.size).toBeLessThanOrEqual(second?.unknown ?? 0);
      const { sent, rejected, skipped, unknown, left } = first;
      expect(sent + rejected + skipped + unknown + left).toBe(rows);
      // Its own 3rd mail at least was not let go.
      expect(left).toBeGreaterThan(0);
    },
  );
});

const journal = () => path.join(folder, 'journal.jsonl');
const changes: [string, () => Promise<void>, string, boolean][] = [
  ['shrinks', () => truncate(journal(), 600), 'damaged', true],
  ['is written to by somebody else', () => appendFile(journal(), '\n'), 'damaged', true],
  [
    'is replaced',
    async () => {
      await copyFile(journal(), `${journal()}.copy`);
      await rename(`${journal()}.copy`, journal());
    },
    'damaged',
    true,
  ],
  ['is moved with its folder', () => rename(folder, `${folder}-moved`), 'failed', false],
  ['is deleted', () => rm(journal()), 'failed', false],
  ['loses its lock', () => rm(path.join(folder, 'lock.1')), 'locked', false],
  ['has another lock', () => writeFile(path.join(folder, 'lock.1'), '{"pid":9,"host":"x"}'), 'locked', false],
];

describe.each(modes)('a run whose journal somebody touches (%s)', (mode) => {
  beforeEach(() => connect(mode));
  const moments: Moment[] = ['before it is written', 'when it is on the disk'];
  it.each(
    changes.flatMap(([name, change, code, shut]) =>
      moments.map((moment) => [name, moment, change, code, shut] as const),
    ),
  )('%s, with the fifth attempt %s: ends before that mail', async (_, moment, happens, code, shut) => {
    const files = filesOn('local', { nth: 5, moment, happens });
    const run = () => options(mode, { concurrency: 1 });
    const summary = await new BulkRun(run(), { files }).finished;
    expect(summary).toMatchObject({ ended: 'journal', error: { code } });
    const four = addresses.slice(0, 4).map((address) => [address, 1]);
    expect([...(await arrived())]).toEqual(four);
    if (!shut) return;
    // Whoever goes on with it unawares is stopped: the journal may not say any more who got the mail.
    await expect(new BulkRun(run()).finished).rejects.toMatchObject({ code: 'damaged' });
    expect([...(await arrived())]).toEqual(four);
  });
});

describe('a run that is taken over', () => {
  it('says so in its journal, and is refused where the holder is seen to run', async () => {
    connect('direct');
    const files = filesOn('NFS');
    await new BulkRun(options('direct', { limit: 2 }), { files }).finished;
    await writeFile(path.join(folder, 'lock.9'), JSON.stringify({ pid: 21, host: 'mailer-1' }));
    await expect(new BulkRun(options('direct'), { files }).finished).rejects.toMatchObject({ code: 'locked' });
    expect(await new BulkRun(options('direct', { takeOver: true }), { files }).finished).toMatchObject({ sent: rows });
    const taken = (await readFile(journal(), 'utf8')).split('\n').filter((line) => line.includes('takenFrom'));
    expect(taken.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ type: 'session', event: 'start', takenFrom: { pid: 21, host: 'mailer-1' } }),
    ]);
    expect([...(await arrived()).values()]).toEqual(addresses.map(() => 1));
  });

  it.each<[Partial<BulkOptions>, RegExp]>([
    [{ takeOver: true, journal: undefined }, /takeOver: true needs the folder of a run/],
    [{ takeOver: true, resume: false }, /takeOver: true goes on with a run/],
    [{ takeOver: 'yes' as never }, /takeOver is true or false, not 'yes'/],
  ])('is asked for in a way that makes sense: %j', async (more, message) => {
    connect('direct');
    await expect(new BulkRun(options('direct', more)).finished).rejects.toThrow(message);
  });
});
