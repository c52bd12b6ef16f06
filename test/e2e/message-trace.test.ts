import { inspect } from 'node:util';
import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  type GraphMailError,
  type GraphTransport,
  type GraphTransportOptions,
  graphTransport,
  type SendAttempt,
  type TracedMessage,
} from '../../src/index.js';
import { createCertificate, type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';

const clientId = '11111111-2222-4333-8444-555555555555';
const traceId = '66666666-7777-4888-9999-000000000000';
const from = 'noreply@contoso.example';
const other = 'sales@contoso.example';
const mail = { from, to: 'ana@example.com', subject: 'Hi', text: 'Hello' };
// An RSA key takes longer than everything else.
const certificate = createCertificate().then((made) => made.certificate + made.privateKey);

const open: GraphTransport[] = [];
afterEach(() => {
  for (const transport of open.splice(0)) transport.close({ force: true });
});

/** A sandbox with an application that sends and one that may search message trace, and transports of both. */
async function traced(options: SandboxOptions = {}) {
  const pem = await certificate;
  const tracer = { clientId: traceId, certificates: [pem], roles: ['ExchangeMessageTrace.Read.All'] };
  const sandbox = await startSandbox({
    clientId,
    certificate: pem,
    mailboxes: [from, other],
    messageTracePrincipal: true,
    ...options,
    apps: options.apps ?? [tracer],
  });
  onTestFinished(() => sandbox.close());
  const newTransport = (more: Partial<GraphTransportOptions> = {}) => {
    const trace = { clientId: traceId, certificate: pem };
    const transport = graphTransport({ ...sandbox.options, trace, ...more });
    open.push(transport);
    return transport;
  };
  return { sandbox, newTransport, pem };
}

const failing = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error('did not fail')),
    (error: GraphMailError) => error,
  );

const traces = (sandbox: Sandbox) => sandbox.requests({ operation: 'messageTrace' });

/** Sends a message as far as a process comes that is killed when its request is under way. */
async function killedWhileSending(
  sandbox: Sandbox,
  transport: GraphTransport,
  delivered: boolean,
): Promise<SendAttempt> {
  sandbox.fault({ on: 'sendMail', silence: true, delivered });
  const attempt = new Promise<SendAttempt>((resolve) => {
    createTransport(transport)
      .sendMail({ ...mail, graph: { onAttempt: resolve } })
      .catch(() => {});
  });
  const known = await attempt;
  while (!sandbox.requests({ operation: 'sendMail' }).some(({ status, fault }) => fault || status))
    await new Promise((resolve) => setTimeout(resolve, 5));
  transport.close({ force: true });
  return known;
}

describe('settle() by message trace', () => {
  it('finds that a message was sent that Exchange took, and says what became of each recipient', async () => {
    const { sandbox, newTransport } = await traced();
    const { mailbox, messageId } = await killedWhileSending(sandbox, newTransport(), true);
    expect(await newTransport().settle({ mailbox, messageId, by: 'trace' })).toEqual({
      outcome: 'sent',
      how: 'trace',
      response: 'Found in message trace',
      recipients: [
        { recipient: 'ana@example.com', status: 'delivered', receivedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
      ],
    });
  });

  it.each([
    ['was not taken', false, 0],
    ['was taken, and is not in message trace yet', true, 600_000],
  ])('leaves unknown what %s: absence proves nothing', async (_, delivered, messageTraceDelay) => {
    const { sandbox, newTransport } = await traced({ messageTraceDelay });
    const { mailbox, messageId } = await killedWhileSending(sandbox, newTransport(), delivered);
    const error = await failing(newTransport().settle({ mailbox, messageId, by: 'trace' }));
    expect(error).toMatchObject({
      outcome: 'unknown',
      code: 'EGRAPH',
      permanent: false,
      message: `What became of message ${messageId} is unknown: message trace does not have it, which proves nothing.`,
    });
    expect(traces(sandbox)).toHaveLength(1);
  });

  it('sends no draft', async () => {
    const { sandbox, newTransport } = await traced({
      apps: [
        { clientId, certificates: [], roles: ['Mail.Send', 'Mail.ReadWrite'] },
        { clientId: traceId, certificates: [await certificate], roles: ['ExchangeMessageTrace.Read.All'] },
      ],
    });
    sandbox.fault({ on: 'sendDraft', silence: true });
    const transport = newTransport({ delivery: 'draft' });
    const attempt = await new Promise<SendAttempt>((resolve) => {
      createTransport(transport)
        .sendMail({ ...mail, graph: { onAttempt: resolve } })
        .catch(() => {});
    });
    transport.close({ force: true });
    const error = await failing(newTransport().settle({ ...attempt, by: 'trace' }));
    expect(error).toMatchObject({ outcome: 'unknown', draftId: attempt.draftId });
    expect(await sandbox.messages()).toEqual([]);
  });

  it('does not take an older message with the same Message-ID for it, nor one of another sender', async () => {
    let behind = 0;
    const { newTransport } = await traced({ now: () => Date.now() - behind });
    const sender = newTransport();
    await sender.verify();
    behind = 900_000;
    const { messageId } = await createTransport(sender).sendMail(mail);
    behind = 0;
    const sentAfter = new Date(Date.now() - 60_000);
    const older = await failing(newTransport().settle({ mailbox: from, messageId, by: 'trace', sentAfter }));
    const another = await failing(newTransport().settle({ mailbox: other, messageId, by: 'trace' }));
    expect([older.code, another.code]).toEqual(['EGRAPH', 'EGRAPH']);
    expect([older.outcome, another.outcome]).toEqual(['unknown', 'unknown']);
  });

  it('knows a message by its From, where that is not the mailbox', async () => {
    const { newTransport } = await traced({ fromMismatch: 'allow' });
    const { messageId } = await createTransport(newTransport()).sendMail({ ...mail, from: other });
    const asked = { mailbox: from, messageId, by: 'trace' as const };
    expect(await failing(newTransport().settle(asked))).toMatchObject({ outcome: 'unknown' });
    expect(await newTransport().settle({ ...asked, from: 'Sales@Contoso.example' })).toMatchObject({ outcome: 'sent' });
  });
});

describe('each recipient has a status of its own', () => {
  it('as message trace says it', async () => {
    const { sandbox, newTransport } = await traced({
      groups: [{ address: 'all@contoso.example', kind: 'distribution', members: [other] }],
    });
    const to = [
      'ana@example.com',
      'bob@undeliverable.test',
      'cleo@fault.test',
      'quarantined@fault.test',
      'spam@fault.test',
      'pending@fault.test',
      'all@contoso.example',
    ];
    const transport = newTransport();
    const { messageId } = await createTransport(transport).sendMail({ ...mail, to });
    const [found] = await transport.traceMessages({ mailbox: from, messageIds: [messageId], since: new Date(0) });
    const statuses = Object.fromEntries((found?.recipients ?? []).map(({ recipient, status }) => [recipient, status]));
    expect(statuses).toEqual({
      'ana@example.com': 'delivered',
      'bob@undeliverable.test': 'failed',
      'cleo@fault.test': 'delivered',
      'quarantined@fault.test': 'quarantined',
      'spam@fault.test': 'filteredAsSpam',
      'pending@fault.test': 'pending',
      'all@contoso.example': 'expanded',
      [other]: 'delivered',
    });
    expect(traces(sandbox).length).toBeGreaterThan(0);
  });
});

describe('traceMessages()', () => {
  it('finds many messages in few requests, and says nothing of others', async () => {
    const { sandbox, newTransport } = await traced({ mailboxConcurrency: false });
    const transport = newTransport();
    const transporter = createTransport(transport);
    const since = new Date();
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) {
      const { messageId } = await transporter.sendMail({ ...mail, to: `r${n}@example.com` });
      ids.push(messageId);
    }
    await transporter.sendMail({ ...mail, to: 'secret@example.com', subject: 'A secret' });
    const found = await transport.traceMessages({ mailbox: from, messageIds: [...ids, '<never@sent>'], since });
    expect(found.map(({ messageId }) => messageId).sort()).toEqual([...ids].sort());
    expect(traces(sandbox)).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('ecret');
  });

  it('asks nothing when nothing is looked for', async () => {
    const { sandbox, newTransport } = await traced();
    expect(await newTransport().traceMessages({ mailbox: from, messageIds: [], since: new Date() })).toEqual([]);
    expect(traces(sandbox)).toEqual([]);
  });

  it('reads a long period in queries of ten days', async () => {
    const { sandbox, newTransport } = await traced();
    const since = new Date(Date.now() - 25 * 86_400_000);
    expect(await newTransport().traceMessages({ mailbox: from, messageIds: ['<a@b>'], since })).toEqual([]);
    expect(traces(sandbox).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('refuses a period of which message trace has nothing', async () => {
    const { sandbox, newTransport } = await traced();
    const until = new Date(Date.now() - 91 * 86_400_000);
    const since = new Date(until.getTime() - 86_400_000);
    const error = await failing(newTransport().traceMessages({ mailbox: from, messageIds: ['<a@b>'], since, until }));
    expect(error).toMatchObject({ code: 'ECONFIG', message: expect.stringContaining('90 days') });
    expect(traces(sandbox)).toEqual([]);
  });

  it.each([
    [{ mailbox: 'not an address' }, "'mailbox' is a string of 14 characters"],
    [{ mailbox: '48d31887-5fad-4d73-a9f5-3c356e68a038' }, 'object id'],
    [{ messageIds: '<a@b>' as never }, "'messageIds' is a string of 5 characters"],
    [{ messageIds: ['a@b'] }, "'messageIds' is a string of 3 characters"],
    [{ from: 'Ana <ana@contoso.example>' }, "'from' is a string"],
    [{ since: new Date(Number.NaN) }, "'since' is"],
    [{ until: new Date(0) }, "'until' is"],
    [{ signal: {} as AbortSignal }, 'not an AbortSignal'],
  ])('refuses wrong options: %o', async (wrong, text) => {
    const { newTransport } = await traced();
    const asked = { mailbox: from, messageIds: ['<a@b>'], since: new Date(Date.now() - 1_000), ...wrong };
    const error = await failing(newTransport().traceMessages(asked));
    expect(error).toMatchObject({ code: 'ECONFIG', message: expect.stringContaining(text) });
  });

  it('ends when it is aborted, and when the transport is closed', async () => {
    const { sandbox, newTransport } = await traced();
    const asked = { mailbox: from, messageIds: ['<a@b>'], since: new Date() };
    const transport = newTransport();
    expect(await failing(transport.traceMessages({ ...asked, signal: AbortSignal.abort() }))).toMatchObject({
      code: 'EABORT',
    });
    sandbox.fault({ on: 'messageTrace', silence: true });
    const failed = failing(transport.traceMessages(asked));
    while (traces(sandbox).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    transport.close({ force: true });
    expect(await failed).toMatchObject({ code: 'ECONNECTION' });
    expect(await failing(transport.traceMessages(asked))).toMatchObject({ code: 'ECONNECTION' });
  });
});

describe('message trace has an identity of its own', () => {
  it('and cannot be asked without one', async () => {
    const { sandbox, newTransport } = await traced();
    const transport = newTransport({ trace: undefined });
    const error = await failing(transport.settle({ mailbox: from, messageId: '<a@b>', by: 'trace' }));
    expect(error).toMatchObject({ code: 'ECONFIG', outcome: 'unknown', hint: expect.stringContaining('of its own') });
    const many = transport.traceMessages({ mailbox: from, messageIds: ['<a@b>'], since: new Date() });
    const { code, hint } = await failing(many);
    expect(code).toBe('ECONFIG');
    // This transport has its identity in options, so variables are not read.
    expect(hint).toMatch(/'trace' \(or GRAPH_MAIL_TRACE_\S+ and \S+, which count only where .* in variables too\)/);
    expect(sandbox.requests()).toEqual([]);
  });

  it('which sends nothing, as the application that sends traces nothing', async () => {
    const { sandbox, newTransport } = await traced();
    const transport = newTransport();
    const { messageId } = await createTransport(transport).sendMail(mail);
    await transport.settle({ mailbox: from, messageId, by: 'trace' });
    const [message] = await sandbox.messages();
    expect(message?.appId).toBe(clientId);
    expect(sandbox.requests({ operation: 'token' })).toHaveLength(2);
  });

  it.each<[string, SandboxOptions, string, object]>([
    [
      'the service principal is missing',
      { messageTracePrincipal: false },
      '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373',
      { responseCode: 401, graphCode: 'Unauthorized' },
    ],
    [
      'the permission is missing',
      { apps: [{ clientId: traceId, certificates: [], roles: ['Mail.Send'] }] },
      'ExchangeMessageTrace.Read.All',
      { responseCode: 403 },
    ],
  ])('and is told what to do when %s', async (_, options, hint, fields) => {
    const { sandbox, newTransport, pem } = await traced(options);
    sandbox.registerCertificate(pem, traceId);
    const error = await failing(newTransport().settle({ mailbox: from, messageId: '<a@b>', by: 'trace' }));
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'unknown', permanent: true, ...fields });
    expect(error.hint).toContain(hint);
    expect(error.message).not.toContain('was not sent');
  });

  it('whose token and requests all transports of the process share, and whose copies work', async () => {
    const { sandbox, newTransport } = await traced();
    const asked = { mailbox: from, messageIds: ['<a@b>'], since: new Date() };
    await newTransport().traceMessages(asked);
    await Object.assign({}, newTransport()).traceMessages(asked);
    expect(sandbox.requests({ operation: 'token' })).toHaveLength(1);
    expect(traces(sandbox)).toHaveLength(2);
  });

  it('is not printed', async () => {
    const { newTransport, pem } = await traced();
    const transport = newTransport();
    await failing(transport.settle({ mailbox: from, messageId: '<a@b>', by: 'trace' }));
    expect(inspect(transport, { depth: 10, showHidden: true })).not.toContain(pem.slice(100, 130));
  });
});

describe('the pause that Graph asks for', () => {
  it('holds message trace, and nothing that is sent', async () => {
    const { sandbox, newTransport } = await traced();
    const transport = newTransport({ maxWait: 60_000 });
    sandbox.fault({ on: 'messageTrace', status: 429, headers: { 'Retry-After': '30' } });
    const asked = { mailbox: from, messageIds: ['<a@b>'], since: new Date() };
    const waiting = failing(transport.traceMessages(asked));
    while (traces(sandbox).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const { attempts } = await createTransport(transport).sendMail(mail);
    expect(attempts).toBe(1);
    expect(traces(sandbox)).toHaveLength(1);
    transport.close({ force: true });
    expect(await waiting).toMatchObject({ code: 'ECONNECTION' });
  });

  it('is waited out, and one that is longer than maxWait ends it', async () => {
    const { sandbox, newTransport } = await traced();
    const transport = newTransport();
    const asked = { mailbox: from, messageIds: ['<a@b>'], since: new Date() };
    sandbox.fault({ on: 'messageTrace', status: 429, headers: { 'Retry-After': '0.2' } });
    expect(await transport.traceMessages(asked)).toEqual([] satisfies TracedMessage[]);
    expect(traces(sandbox).map(({ status }) => status)).toEqual([429, 200]);
    sandbox.fault({ on: 'messageTrace', status: 429, headers: { 'Retry-After': '3000' } });
    expect(await failing(transport.traceMessages(asked))).toMatchObject({ code: 'EGRAPH', retryAfter: 3_000_000 });
  });
});
