import { X509Certificate } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfiguration, readConfiguration } from '../../../src/cli/common/configuration.js';
import { processTerminal, type Terminal } from '../../../src/cli/common/terminal.js';
import { environmentOf } from '../../../src/cli/doctor/common/environment.js';
import { doctorCommand } from '../../../src/cli/doctor/doctor-command.js';
import { runProgram } from '../../../src/cli/program.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { graphTransport } from '../../../src/transport/graph-transport.js';
import { SetupFixture, usualFlags } from './support.js';

const principal = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373';

let fixture: SetupFixture;
beforeEach(() => {
  fixture = new SetupFixture();
});
afterEach(() => fixture.remove());

describe('setup --with trace', () => {
  it('writes a second key, its lines of .env and what the Entra administrator does', async () => {
    const done = await fixture.setup([...usualFlags, '--with', 'trace', '--name', 'mailer']);
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toContain('entra-admin/trace/');
    const key = path.join(fixture.out, 'developer/graph-mailer-trace.pem');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(fixture.read('developer/graph-mailer-trace.pem')).not.toBe(fixture.read('developer/graph-mailer.pem'));
    const env = parseEnv(fixture.read('developer/.env'));
    expect(env).toMatchObject({ GRAPH_MAIL_TRACE_CLIENT_ID: '', GRAPH_MAIL_TRACE_CERTIFICATE_PATH: key });
    const steps = fixture.read('entra-admin/trace/README.md');
    expect(steps).toContain('`ExchangeMessageTrace.Read.All`');
    expect(steps).toContain(`New-MgServicePrincipal -AppId ${principal}`);
    expect(steps).toContain('`mailer-trace`');
    const { fingerprint } = new X509Certificate(fixture.read('entra-admin/trace/graph-mailer-trace.cer'));
    expect(steps).toContain(fingerprint.replaceAll(':', ''));
    for (const name of readdirSync(path.join(fixture.out, 'entra-admin/trace'))) {
      expect(fixture.read(`entra-admin/trace/${name}`)).not.toContain('PRIVATE KEY');
    }
  });

  it('writes nothing of it without the flag', async () => {
    await fixture.setup(usualFlags);
    expect(fixture.read('developer/.env')).not.toContain('TRACE');
    expect(readdirSync(path.join(fixture.out, 'entra-admin'))).not.toContain('trace');
    expect(readdirSync(path.join(fixture.out, 'developer'))).not.toContain('graph-mailer-trace.pem');
  });

  it.each([
    ['a cloud without message trace', ['--cloud', 'usgov'], 'message trace is not in the cloud usgov'],
    ['the next certificate', ['--rotate'], 'leave out --certificate, --sandbox and --with'],
  ])('is refused for %s', async (_, flags, words) => {
    const done = await fixture.setup([...usualFlags, '--with', 'trace', ...flags]);
    expect(done).toMatchObject({ code: 2, err: expect.stringContaining(words) });
    expect(readdirSync(fixture.folder)).toEqual([]);
  });

  it('leaves an application that sends as long as the Entra administrator has not sent back the id', async () => {
    await fixture.setup([...usualFlags, '--with', 'trace']);
    const env = { AZURE_TENANT_ID: 'contoso.com', AZURE_CLIENT_ID: principal };
    const envFile = path.join(fixture.out, 'developer/.env');
    const configuration = readConfiguration({ env, envFile, flags: {} });
    expect(checkConfiguration(configuration).trace).toBeUndefined();
    expect(configuration.options.trace).toBeUndefined();
  });
});

describe('setup --sandbox --with trace', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox();
  });
  afterEach(() => sandbox.close());

  it('lets doctor --trace and bulk trace work there', async () => {
    const done = await fixture.setup(['--sandbox', sandbox.inboxUrl, '--with', 'trace']);
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toMatch(/^npx nodemailer-graph-transport doctor .*developer\/\.env --trace$/m);
    const file = path.join(fixture.out, 'developer/.env');
    let out = '';
    const terminal: Terminal = {
      ...processTerminal,
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (out += text) },
      // Without a variable of this machine, all comes from the file.
      env: { NODE_EXTRA_CA_CERTS: path.join(fixture.out, 'developer/sandbox-ca.pem') },
      signals: new EventEmitter(),
      connect: (options) => createTransport(graphTransport(options)),
    };
    const flags = { mode: 'rbac', envFile: file, trace: true } as const;
    expect(await doctorCommand(flags, terminal, environmentOf(terminal)), out).toBe(0);
    for (const part of ['Message trace', 'Message trace: token', 'Message trace: permission', 'Message trace: search'])
      expect(out).toContain(`✓ ${part}: ok`);

    const template = path.join(fixture.folder, 'template');
    fixture.write('people.csv', 'email,name\np1@example.com,Ana\n');
    mkdirSync(template);
    writeFileSync(path.join(template, 'subject.hbs'), 'Hello {{name}}');
    writeFileSync(path.join(template, 'text.hbs'), 'Hello {{name}}');
    const from = parseEnv(fixture.read('developer/.env')).GRAPH_MAIL_MAILBOX ?? '';
    const runs = path.join(fixture.folder, 'runs');
    const mail = ['--template', template, '--recipients', path.join(fixture.folder, 'people.csv'), '--from', from];
    const bulk = (...args: string[]) => runProgram(['bulk', ...args, '--env-file', file], terminal);
    expect(await bulk('run', ...mail, '--runs', runs), out).toBe(0);
    const [run = ''] = readdirSync(runs).filter((name) => /^[0-9a-f]{12}$/.test(name));
    expect(await bulk('trace', path.join(runs, run)), out).toBe(0);
    expect(out).toContain('1 of 1 mail found: 1 delivered.');
  });
});
