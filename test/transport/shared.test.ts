import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAgent } from '../../src/graph/agent.js';
import { send } from '../../src/graph/http.js';
import { createGraphTransporter, type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { createCertificate, type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { runNode } from '../helpers/run-node.js';
import { sandboxEnvironment } from '../helpers/sandbox-environment.js';

const mailbox = 'noreply@contoso.example';
const id = randomUUID();
const mail = { from: mailbox, to: 'ana@example.com', subject: 'Hi', text: 'Hello' };

const secret = 'Wq~8Q.a-very-secret-value';
const clientId = randomUUID();
const foreignId = randomUUID();

// Hundreds of messages, which take seconds on a machine that is busy with something else.
vi.setConfig({ testTimeout: 120_000 });

let sandbox: Sandbox;
const opened: { close(): void }[] = [];
beforeEach(async () => {
  const roles = ['Mail.Send', 'Mail.ReadWrite'];
  const apps = [
    { clientId, certificates: [], roles },
    { clientId: foreignId, certificates: [], secrets: [secret] },
  ];
  sandbox = await startSandbox({ mailboxes: [{ address: mailbox, id }], clientId, apps, latency: 20 });
});
afterEach(async () => {
  for (const transporter of opened.splice(0)) transporter.close();
  await sandbox.close();
});

function open(options: Partial<GraphTransportOptions> = {}) {
  const transporter = createGraphTransporter({ ...sandbox.options, ...options });
  opened.push(transporter);
  return transporter;
}
type Transporter = ReturnType<typeof open>;

/** A token of the sandbox, got by other means. */
async function token(): Promise<string> {
  const { tenantId, cloud } = sandbox.options;
  const form = { client_id: foreignId, client_secret: secret, grant_type: 'client_credentials' };
  const body = new URLSearchParams({ ...form, scope: `${cloud.graphHost}/.default` });
  const agent = createAgent(sandbox.ca);
  const url = `${cloud.authorityHost}/${tenantId}/oauth2/v2.0/token`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const request = { method: 'POST', url, headers, body: Buffer.from(String(body)), agent, timeout: 5_000 } as const;
  const answer = await send(request);
  agent.destroy();
  return JSON.parse(answer.body).access_token;
}

const many = (transporter: Transporter, count: number) =>
  Array.from({ length: count }, () => transporter.sendMail(mail));
const outcomes = (sends: Promise<unknown>[]) =>
  Promise.all(
    sends.map((send) =>
      send.then(
        () => 'sent',
        ({ code, outcome }) => `${code} ${outcome}`,
      ),
    ),
  );
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};

/** No request was over the limit of four, and none was refused for it. */
function expectFourAtMost() {
  expect(sandbox.stats()).toMatchObject({ throttled: 0, refused: 0 });
  for (const most of Object.values(sandbox.stats().maxInFlight)) expect(most).toBeLessThanOrEqual(4);
}

describe('transports of one process', () => {
  it('500 for 20 mailboxes, by address, letter case and object id: no 429, one token, one secure context', async () => {
    const boxes = Array.from({ length: 20 }, (_, i) => ({ address: `box${i}@contoso.example`, id: randomUUID() }));
    const crowd = await startSandbox({ mailboxes: boxes, latency: 20 });
    const mailboxNames = Object.fromEntries(boxes.map((box) => [box.id, box.address]));
    const contexts = vi.spyOn(tls, 'createSecureContext');
    const transports = Array.from({ length: 500 }, (_, i) => {
      const { address, id } = boxes[i % 20] as (typeof boxes)[0];
      const name = [address, address.toUpperCase(), id, id.toUpperCase()][i % 4] as string;
      return createGraphTransporter({ ...crowd.options, mailbox: name, mailboxNames });
    });
    expect(contexts).toHaveBeenCalledTimes(1);
    const sends = transports.map((one, i) => one.sendMail({ ...mail, from: boxes[i % 20]?.address }));
    await Promise.all(sends);
    expect(crowd.stats()).toMatchObject({ submissions: 500, throttled: 0, refused: 0, tokenRequests: 1 });
    for (const most of Object.values(crowd.stats().maxInFlight)) expect(most).toBeLessThanOrEqual(4);
    expect(contexts).toHaveBeenCalledTimes(1);
    contexts.mockRestore();
    for (const one of transports) one.close();
    await crowd.close();
  });

  it.each<[string, Partial<GraphTransportOptions>]>([
    ['by the same address', {}],
    ['by the address in other letters', { mailbox: 'NoReply@Contoso.Example' }],
    ['by the object id that the configuration names', { mailbox: id, mailboxNames: { [id.toUpperCase()]: mailbox } }],
    ['with retries of their own', { maxRetries: 1 }],
    ['with a time-out of their own', { timeout: 50_000 }],
    ['for a tenant that one names by its domain', { tenantId: 'contoso.example' }],
  ])('are four at a time together, %s', async (_name, options) => {
    const [one, other] = [open(), open(options)];
    expect(await outcomes([...many(one, 12), ...many(other, 12)])).toEqual(Array(24).fill('sent'));
    expectFourAtMost();
  });

  it('are four at a time together by an object id that an answer named', async () => {
    const [one, other] = [open(), open({ mailbox: id })];
    await one.sendMail({ ...mail, graph: { delivery: 'draft' } } as never);
    await outcomes([...many(one, 12), ...many(other, 12)]);
    expect(sandbox.stats().submissions).toBe(25);
    expectFourAtMost();
  });

  it('are four at a time together where only whoever gives the tokens knows the application', async () => {
    const { mailbox, cloud } = sandbox.options;
    const foreign = () => {
      const transporter = createGraphTransporter({ mailbox, cloud, getToken: token });
      opened.push(transporter);
      return transporter;
    };
    const [one, other] = [foreign(), foreign()];
    expect(await outcomes([...many(one, 12), ...many(other, 12)])).toEqual(Array(24).fill('sent'));
    expectFourAtMost();
  });

  it('are held together by a pause that one of them met', async () => {
    sandbox.fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '2' } });
    const attempts: unknown[] = [];
    const note = (data: { tnx?: string }) => data.tnx === 'attempt' && attempts.push(data);
    const logger = { trace() {}, debug: note, info: note, warn: note, error: note, fatal: note };
    const one = open({ logger, debug: true } as never);
    const other = open({ mailbox: mailbox.toUpperCase() });
    const first = one.sendMail(mail);
    await until(() => attempts.length === 1);
    await Promise.all([first, ...many(other, 5)]);
    const [refused, ...later] = sandbox.requests().filter(({ operation }) => operation === 'sendMail');
    for (const { at } of later) expect(Number(at) - Number(refused?.at)).toBeGreaterThanOrEqual(1_990);
  });

  it('do not end what waits of another when one closes, and count only what is their own', async () => {
    const [one, other] = [open(), open()];
    await one.verify();
    const [own, others] = [many(one, 30), many(other, 30)];
    await until(() => sandbox.stats().submissions > 0);
    expect(one.isIdle()).toBe(false);
    one.close();
    const ended = await outcomes(own);
    expect(ended.filter((end) => end === 'sent').length).toBeLessThan(30);
    expect(new Set(ended)).toEqual(new Set(['sent', 'ECONNECTION not-sent']));
    const third = open();
    expect(third.isIdle()).toBe(true);
    expect(await outcomes(others)).toEqual(Array(30).fill('sent'));
    expectFourAtMost();
  });

  it('take turns: what one has waiting holds up another by little', async () => {
    const [one, other] = [open(), open()];
    const backlog = many(one, 60);
    await until(() => sandbox.stats().submissions > 0);
    await Promise.all(many(other, 3));
    expect(sandbox.stats().submissions).toBeLessThan(40);
    await Promise.all(backlog);
  });

  it('wait for their own limits without keeping others from the mailbox', async () => {
    const [slow, other] = [open({ rateLimit: 1, rateDelta: 600_000 }), open()];
    const waiting = outcomes(many(slow, 20));
    await until(() => sandbox.stats().submissions === 1);
    expect(await outcomes(many(other, 20))).toEqual(Array(20).fill('sent'));
    expect(sandbox.stats().submissions).toBe(21);
    slow.close();
    expect((await waiting).filter((end) => end === 'sent')).toHaveLength(1);
  });

  it('that differ keep to the stricter, and say so once', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.message);
    process.on('warning', onWarning);
    const [one, other, third] = [open(), open({ mailboxConcurrency: 1 }), open({ uploadBudget: 100_000_000 })];
    await other.sendMail(mail);
    sandbox.clear();
    await Promise.all([one, other, third].flatMap((transporter) => many(transporter, 5)));
    expect(sandbox.stats()).toMatchObject({ submissions: 15, maxInFlight: { [mailbox]: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('warning', onWarning);
    expect(warnings).toEqual([expect.stringMatching(/mailboxConcurrency or uploadBudget.*the smaller/)]);
  });
});

describe('signing in', () => {
  it('goes on for others when one that waits for it closes, and ends with the last', async () => {
    sandbox.fault({ on: 'token', delay: 300 });
    const [one, other] = [open(), open()];
    const sends = [outcomes(many(one, 1)), outcomes(many(other, 1))];
    await until(() => sandbox.requests().some(({ path }) => path.includes('oauth2')));
    one.close();
    expect((await Promise.all(sends)).flat()).toEqual(['ECONNECTION not-sent', 'sent']);
    expect(sandbox.stats().tokenRequests).toBe(1);
    other.close();
    await open().sendMail(mail);
    expect(sandbox.stats().tokenRequests).toBe(2);
  });

  it('reads a file that was replaced for a transport that is made then, and refuses one that is of no use', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'));
    const file = path.join(folder, 'certificate.pem');
    const { certificate: _, ...rest } = sandbox.options;
    const make = () => {
      const transport = graphTransport({ ...rest, certificatePath: file });
      opened.push(transport);
      return transport.certificate?.thumbprintSha256;
    };
    const [first, second] = [await createCertificate({}), await createCertificate({})];
    writeFileSync(file, first.privateKey + first.certificate);
    expect([make(), make()]).toEqual(Array(2).fill(first.thumbprintSha256));
    writeFileSync(file, `${second.privateKey}${second.certificate}\n`);
    expect(make()).toBe(second.thumbprintSha256);
    writeFileSync(file, 'nothing of the kind');
    expect(make).toThrow(expect.objectContaining({ code: 'ECONFIG' }));
    rmSync(folder, { recursive: true });
  });
});

describe('copies of the package', () => {
  const both = `
import { createRequire } from 'node:module';
import * as esm from 'nodemailer-graph-transport';
const cjs = createRequire(import.meta.url)('nodemailer-graph-transport');
const transporters = [esm, cjs].map(({ createGraphTransporter }) => createGraphTransporter());
const mail = { from: process.env.GRAPH_MAIL_MAILBOX, to: 'ana@example.com', text: 'Hello' };
const sends = transporters.flatMap((one) => Array.from({ length: 12 }, () => one.sendMail(mail)));
const ends = await Promise.allSettled(sends);
const errors = ends.flatMap(({ reason }) => (reason ? [reason] : []));
const known = errors.every((error) => esm.isGraphMailError(error) && cjs.isGraphMailError(error) && error.outcome === 'not-sent');
console.log(esm.graphTransport === cjs.graphTransport, errors.length, known);
for (const one of transporters) one.close();`;

  it('share gates and tokens: ESM and CommonJS', async () => {
    const environment = sandboxEnvironment(sandbox);
    const result = await runNode(['--input-type=module', '-e', both], environment.env);
    environment.remove();
    expect(result).toEqual({ code: 0, stdout: 'false 0 true\n', stderr: '' });
    expect(sandbox.stats()).toMatchObject({ submissions: 24, tokenRequests: 1 });
    expectFourAtMost();
  });

  it('tell each their own errors of what they share', async () => {
    sandbox.fault({ on: 'token', aadsts: 700016, times: Number.POSITIVE_INFINITY });
    const environment = sandboxEnvironment(sandbox);
    const result = await runNode(['--input-type=module', '-e', both], environment.env);
    environment.remove();
    expect(result).toEqual({ code: 0, stdout: 'false 24 true\n', stderr: '' });
  });

  it('keep nothing of transports that are forgotten without being closed, and let the process end', async () => {
    const environment = sandboxEnvironment(sandbox);
    const program = `
import { createGraphTransporter } from 'nodemailer-graph-transport';
const cloud = { authorityHost: process.env.AZURE_AUTHORITY_HOST, graphHost: process.env.GRAPH_MAIL_GRAPH_HOST };
for (let i = 0; i < 50; i++) {
  const holder = { getToken: async () => (holder.transporter ? 'token' : '') };
  holder.transporter = createGraphTransporter({ mailbox: 'a@contoso.example', cloud, getToken: () => holder.getToken() });
  await holder.transporter.verify();
}
const { known } = globalThis[Symbol.for('nodemailer-graph-transport.sign-ins/3')];
const before = known.size;
for (let i = 0; i < 40 && known.size > 1; i++) { await new Promise((resolve) => setTimeout(resolve, 10)); gc(); }
console.log(before, known.size <= 1);`;
    const result = await runNode(['--expose-gc', '--input-type=module', '-e', program], environment.env);
    environment.remove();
    expect(result).toEqual({ code: 0, stdout: '50 true\n', stderr: '' });
  });
});
