import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { runNode } from '../helpers/run-node.js';
import { sandboxEnvironment } from '../helpers/sandbox-environment.js';

const mail = {
  from: 'noreply@contoso.example',
  to: 'ana@example.com',
  subject: 'Hi',
  html: '<img src="data:image/png;base64,iVBORw0KGgo=">',
};
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
beforeEach(() => sandbox.clear());
afterAll(() => sandbox.close());

describe('options that Nodemailer never gives to a plugin', () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error) => warnings.push(warning.message);
  beforeEach(() => process.on('warning', onWarning));
  afterEach(() => {
    process.off('warning', onWarning);
    warnings.length = 0;
  });
  const nextTick = () => new Promise((resolve) => setTimeout(resolve, 5));

  it('take effect from the first message on, through createTransport', async () => {
    const transporter = createTransport(graphTransport({ ...sandbox.options, attachDataUrls: true }));
    await transporter.sendMail(mail);
    expect((await sandbox.messages())[0]?.attachments).toHaveLength(1);
    await nextTick();
    expect(warnings).toEqual([]);
  });

  it('take effect from the first message of a copy on: spread, assigned or merged', async () => {
    const transport = graphTransport({ ...sandbox.options, attachDataUrls: true, disableFileAccess: true });
    const merged: Record<string, unknown> = { host: 'localhost' };
    for (const key in transport) merged[key] = transport[key as keyof typeof transport];
    for (const copy of [{ ...transport }, Object.assign({}, transport), merged, Object.create(transport)]) {
      const transporter = createTransport(copy as typeof transport);
      await transporter.sendMail(mail);
      const files = [
        { html: { path: '/etc/hostname' } },
        { attachments: [{ path: '/etc/hostname' }] },
        { raw: { path: '/etc/hostname' } },
      ];
      for (const file of files) {
        await expect(transporter.sendMail({ ...mail, ...file })).rejects.toMatchObject({ code: 'EFILEACCESS' });
      }
    }
    expect((await sandbox.messages()).map(({ attachments }) => attachments.length)).toEqual([1, 1, 1, 1]);
    await nextTick();
    expect(warnings).toEqual([]);
  });

  it('hold against a plugin that reads a file before the message is composed', async () => {
    const transporter = createTransport({
      ...graphTransport({ ...sandbox.options, disableFileAccess: true }),
    } as never);
    transporter.use('compile', (message, done) => message.resolveContent(message.data, 'html', () => done()));
    await expect(transporter.sendMail({ ...mail, html: { path: '/etc/hostname' } })).rejects.toMatchObject({
      code: 'EFILEACCESS',
    });
    expect(await sandbox.messages()).toEqual([]);
  });

  it('warn of a copy that cannot tell its Mail object in time, at its first message', async () => {
    const { name, version, send } = graphTransport({ ...sandbox.options, attachDataUrls: true });
    const transporter = createTransport({ name, version, send } as never);
    await transporter.sendMail(mail);
    await transporter.sendMail(mail);
    expect((await sandbox.messages()).map(({ attachments }) => attachments.length)).toEqual([0, 1]);
    await nextTick();
    expect(warnings).toEqual([expect.stringMatching(/attachDataUrls cannot wholly.*createGraphTransporter/)]);
  });

  it('warn once of SMTP options that mean nothing here, naming them', async () => {
    graphTransport({ ...sandbox.options, pool: true, secure: false, port: 587 } as GraphTransportOptions).close();
    await nextTick();
    expect(warnings).toEqual([expect.stringMatching(/ignored: pool, secure, port\.$/)]);
  });

  it('tell the logger instead, where there is one', async () => {
    const lines: string[] = [];
    const logger = { warn: (_data: object, message: string) => lines.push(message) };
    graphTransport({
      ...sandbox.options,
      host: 'smtp.office365.com',
      auth: {},
      logger,
    } as GraphTransportOptions).close();
    await nextTick();
    expect(lines).toEqual([expect.stringMatching(/ignored: host, auth\.$/)]);
    expect(warnings).toEqual([]);
  });
});

describe('one transport under many createTransport calls', () => {
  it('keeps neither their listeners nor their Mail objects, and gives none a warning', async () => {
    const environment = sandboxEnvironment(sandbox);
    const program = `
import { createTransport } from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';
const transport = graphTransport();
const left = [];
for (let i = 0; i < 200; i++) left.push(new WeakRef(createTransport(transport)));
const kept = createTransport(transport);
let idle = 0;
kept.on('idle', () => idle++);
for (let i = 0; i < 20; i++) { await new Promise((resolve) => setTimeout(resolve, 5)); gc(); }
await Promise.all(Array.from({ length: 20 }, () => kept.sendMail({ from: process.env.GRAPH_MAIL_MAILBOX, to: 'ana@example.com' })));
await new Promise((resolve) => setImmediate(resolve));
console.log(left.filter((one) => one.deref()).length, transport.listenerCount('idle'), idle > 0);
transport.close();`;
    const result = await runNode(['--expose-gc', '--input-type=module', '-e', program], environment.env);
    environment.remove();
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [alive, listeners, idle] = result.stdout.trim().split(' ');
    expect(Number(alive)).toBeLessThanOrEqual(2);
    expect([listeners, idle]).toEqual(['0', 'true']);
  });
});
