import { readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Spool } from '../../../src/message/large/content-source.js';
import {
  sweepTemporaryFiles,
  TemporaryFile,
  type TemporaryFileSystem,
  temporaryFileSystem,
} from '../../../src/message/large/temporary-file.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { childPreamble, runInChild } from '../../helpers/child.js';
import { ownTemporaryDirectory, seesOpenFiles } from '../large-support.js';

const here = '0123456789abcdef';
const elsewhere = 'fedcba9876543210';
const alive = [101, 102];

/** A system that keeps the names of open files, as one without POSIX's unlink does. */
const keepingNames = (pid: number, pidScope: string | undefined = here): TemporaryFileSystem => ({
  facts: () => ({ pid, pidScope }),
  hasEnded: (one) => !alive.includes(one),
  unlinkOpen: () => {
    throw Object.assign(new Error('EBUSY: resource busy or locked, unlink'), { code: 'EBUSY' });
  },
});

test('a name that cannot be taken away goes with the file', async () => {
  const { directory, files } = ownTemporaryDirectory();
  const file = new TemporaryFile(keepingNames(101));
  await file.append(Buffer.from('content'));
  const [name = ''] = files();
  expect(name).toMatch(/^graph-mail-0123456789abcdef-101-[0-9a-f]{16}$/);
  expect(statSync(path.join(directory, name)).mode & 0o777).toBe(process.platform === 'win32' ? 0o666 : 0o600);
  expect((await file.read(3, 100)).toString()).toBe('tent');
  await file.remove();
  await file.remove();
  expect(files()).toEqual([]);
});

test.each<[string, TemporaryFileSystem, boolean]>([
  ['a process that has ended', keepingNames(100), true],
  ['a process that is running', keepingNames(102), false],
  ['this process', keepingNames(101), false],
  ['a process of another machine, container or start of the machine', keepingNames(100, elsewhere), false],
  ['a process that could not tell its place', keepingNames(100, ''), false],
])('the sweep judges what is left of %s', async (_, writer, isDeleted) => {
  const { directory, files } = ownTemporaryDirectory();
  const foreign = [
    'graph-mail-aB3xY9',
    'graph-mail-notes',
    `graph-mail-${here}-100-1`,
    `x-graph-mail-${here}-100-${here}`,
  ];
  for (const name of foreign) writeFileSync(path.join(directory, name), 'not ours');
  const before = files();
  new TemporaryFile(writer).append(Buffer.from('secret'));
  const [left = ''] = files().filter((name) => !before.includes(name));
  await sweepTemporaryFiles(keepingNames(101));
  expect(files().sort()).toEqual([...before, ...(isDeleted ? [] : [left])].sort());
});

test('nothing is swept where a process cannot tell its place', async () => {
  const { files } = ownTemporaryDirectory();
  new TemporaryFile(keepingNames(100));
  await sweepTemporaryFiles({ ...keepingNames(101), facts: () => ({ pid: 101, pidScope: undefined }) });
  expect(files()).toHaveLength(1);
});

test('the first content that is spooled into a folder sweeps it', async () => {
  const { directory, files } = ownTemporaryDirectory();
  const { stdout: pid } = await runInChild('process.stdout.write(String(process.pid))', {});
  const { pidScope } = temporaryFileSystem.facts();
  writeFileSync(path.join(directory, `graph-mail-${pidScope}-${pid}-${here}`), 'left behind');
  writeFileSync(path.join(directory, `graph-mail-${pidScope}-${process.ppid}-${here}`), 'in use');
  const spool = new Spool();
  await spool.keep(Readable.from([Buffer.alloc(300_000)]), 1e9);
  await vi.waitFor(() => expect(files()).toEqual([`graph-mail-${pidScope}-${process.ppid}-${here}`]));
  await spool.release();
});

test('this process and its parent run; one that was waited for has ended', async () => {
  expect(temporaryFileSystem.hasEnded(process.pid)).toBe(false);
  expect(temporaryFileSystem.hasEnded(process.ppid)).toBe(false);
  const { stdout } = await runInChild('console.log(process.pid)', {});
  expect(temporaryFileSystem.hasEnded(Number(stdout))).toBe(true);
});

const clientId = '11111111-2222-4333-8444-555555555555';
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({
    clientId,
    apps: [{ clientId, certificates: [], roles: ['Mail.Send', 'Mail.ReadWrite'] }],
  });
});
afterAll(() => sandbox.close());

test.skipIf(!seesOpenFiles).each([
  ['is killed', "process.kill(process.pid, 'SIGKILL')"],
  ['gets SIGTERM', "process.kill(process.pid, 'SIGTERM')"],
  ['exits', 'process.exit(3)'],
  ['throws where nobody catches it', "throw new Error('uncaught')"],
])('a process that %s while it uploads leaves nothing in the temporary folder', async (_, end) => {
  const { directory } = ownTemporaryDirectory();
  const program = `${childPreamble}
    import { subscribe } from 'node:diagnostics_channel';
    import { readdirSync, readlinkSync } from 'node:fs';
    import { Readable } from 'node:stream';
    const links = () => readdirSync('/proc/self/fd').map((fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } });
    subscribe('http.client.request.start', ({ request }) => {
      if (request.method !== 'PUT') return;
      process.stdout.write('open ' + links().filter((file) => file.startsWith(process.env.TMPDIR)).length + '\\n', () => setImmediate(() => { ${end} }));
    });
    await transporter.sendMail({ ...mail, attachments: [{ filename: 'a.bin', content: Readable.from([Buffer.alloc(5_000_000, 'clear text')]) }] });
    say('sent');
  `;
  const data = {
    options: { ...sandbox.options, largeMessages: 'upload' },
    mail: { from: sandbox.options.mailbox, to: 'ana@example.com', subject: 'Hi', text: 'Hello' },
  };
  const { code, stdout, stderr } = await runInChild(program, data, 60_000);
  expect(code, stderr).not.toBe(0);
  expect(stdout, stderr).toBe('open 1\n');
  expect(readdirSync(directory)).toEqual([]);
});
