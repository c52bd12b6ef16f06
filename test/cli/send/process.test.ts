import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCertificate, type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { bundleProgram, startSend } from './child.js';
import { SendEnvironment } from './support.js';

let certificate: string;
let program: { file: string; remove(): void };
let sandbox: Sandbox;
let environment: SendEnvironment;
beforeAll(async () => {
  const key = await createCertificate({ commonName: 'send in a process' });
  certificate = key.privateKey + key.certificate;
  program = await bundleProgram();
});
beforeEach(async () => {
  sandbox = await startSandbox({ certificate });
  environment = new SendEnvironment(sandbox);
});
afterEach(async () => {
  environment.remove();
  await sandbox.close();
});
afterAll(() => program.remove());

const start = (...args: string[]) => startSend(program.file, args, environment.folder);

describe('send in a process of its own', () => {
  it('finds .env in its folder, and sends the text from its stdin', async () => {
    const { child, ended } = start('--to', 'ana@example.com', '--subject', 'Log', '-');
    child.stdin.write('first line\n');
    child.stdin.end('last line, Ünïcode\n');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    const [message] = await sandbox.messages();
    expect(message?.text?.trim()).toBe('first line\nlast line, Ünïcode');
  });

  it('a dry run through a pipe is what the next process sends', async () => {
    const large = environment.write('some.bin', Buffer.alloc(1_000_000, 7));
    const dry = start('--to', 'ana@example.com', '--text', 'Hi', '--attach', large, '--dry-run');
    const raw = start('--raw', '-');
    dry.child.stdout.pipe(raw.child.stdin);
    const { stdout } = await dry.ended;
    expect(await raw.ended).toMatchObject({ code: 0, stderr: '' });
    const [message] = await sandbox.messages();
    expect(message?.raw.equals(stdout)).toBe(true);
    expect(stdout.length).toBeGreaterThan(1_300_000);
  });

  it('Ctrl-C while the text is typed ends it the usual way', async () => {
    const { child, ended } = start('--to', 'ana@example.com', '-');
    await new Promise<void>((resolve) => child.stdin.write('unfinished', () => resolve()));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ signal: 'SIGINT', stdout: Buffer.alloc(0) });
    expect(await sandbox.messages()).toEqual([]);
  });
});

describe('Ctrl-C while a mail is under way', () => {
  const args = ['--to', 'ana@example.com', '--text', 'Hi'];
  /** Resolves when the sandbox was asked to send. */
  const asked = async () => {
    while (sandbox.requests({ operation: 'sendMail' }).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('waits for the answer, and tells it', async () => {
    sandbox.fault({ on: 'sendMail', delay: 1_500 });
    const { child, ended, told } = start(...args);
    await asked();
    child.kill('SIGINT');
    await told('Waiting for the answer');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout.toString()).toMatch(/^Sent: /);
  });

  it('gives up at the second, and says that it is not known', async () => {
    sandbox.fault({ on: 'sendMail', delay: 15_000 });
    const { child, ended, told } = start(...args);
    await asked();
    child.kill('SIGINT');
    await told('Ctrl-C again gives it up');
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/^Unknown: the mail may have been sent/m);
    expect(stderr).toContain('Get-MessageTraceV2');
  });

  it('ends a wait for the next attempt at once, as not sent', async () => {
    sandbox.fault({ on: 'sendMail', status: 429, headers: { 'retry-after': '120' } });
    const { child, ended } = start(...args);
    await asked();
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Not sent.\n\nInterrupted before Graph had taken the mail.\n');
    expect(await sandbox.messages()).toEqual([]);
  });
});
