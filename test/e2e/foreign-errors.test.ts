// Functions and objects of the caller's that fail: what becomes of the message hangs on what has left, not on the error.

import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sendBulk } from '../../src/bulk/index.js';
import {
  type BunyanLogger,
  GraphMailError,
  type GraphMessageOptions,
  type GraphTransportOptions,
  graphTransport,
  isGraphMailError,
} from '../../src/index.js';
import { type FaultRule, type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const clientId = '11111111-2222-4333-8444-555555555555';
const from = 'noreply@contoso.example';
const mail = { from, to: 'ana@example.com', subject: 'Hi', text: 'Hello' };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({
    clientId,
    apps: [{ clientId, certificates: [], roles: ['Mail.Send', 'Mail.ReadWrite'] }],
  });
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.clear());

interface Sending {
  options?: Partial<GraphTransportOptions>;
  graph?: GraphMessageOptions;
  message?: Partial<SendMailOptions>;
  faults?: FaultRule[];
  /** Nodemailer itself does not see it. */
  signal?: object;
}

async function send({ options, graph, message, signal, faults = [] }: Sending) {
  for (const fault of faults) sandbox.fault(fault);
  const transport = graphTransport({ ...sandbox.options, maxRetries: 1, ...options });
  const transporter = createTransport(transport as never);
  transporter.use('compile', (composed, done) => {
    if (signal) composed.data.signal = signal as never;
    done();
  });
  try {
    const sent = await transporter.sendMail({ ...mail, ...message, graph } as SendMailOptions);
    return { sent, error: undefined };
  } catch (error) {
    return { sent: undefined, error };
  } finally {
    transport.close();
  }
}

/** What somebody else's code may throw. */
const thrown: [string, () => unknown][] = [
  ['an Error', () => new Error('out of order')],
  ['a text', () => 'out of order'],
  ['nothing', () => undefined],
  [
    'the error of another message, of unknown outcome',
    () => new GraphMailError('The connection broke.', { code: 'EGRAPH', outcome: 'unknown' }),
  ],
];

const busy = (on: FaultRule['on']): FaultRule => ({ on, status: 429, headers: { 'Retry-After': '0.1' } });
const refusal = (on: FaultRule['on']): FaultRule => ({ on, status: 400 });
const draft = { delivery: 'draft' } as const;
const custom = () => ({
  mailbox: sandbox.options.mailbox,
  cloud: sandbox.options.cloud,
  tenantId: undefined,
  clientId: undefined,
  certificate: undefined,
});

/** Where it may be thrown before anything has left that may carry the message. */
const before: [string, (fail: () => never) => Sending][] = [
  ['the function mailbox', (fail) => ({ options: { mailbox: fail } })],
  ['the predicate allowedMailboxes', (fail) => ({ options: { mailbox: 'from', allowedMailboxes: fail } })],
  ['normalizeHeaderKey', (fail) => ({ options: { normalizeHeaderKey: fail } })],
  ['getToken', (fail) => ({ options: { ...custom(), getToken: fail } })],
  ['getToken, later', (fail) => ({ options: { ...custom(), getToken: async () => fail() } })],
  ['credential', (fail) => ({ options: { ...custom(), credential: { getToken: fail } } })],
  ['clientAssertion', (fail) => ({ options: { certificate: undefined, clientAssertion: fail } })],
  [
    'the agent',
    (fail) => ({
      options: {
        ...custom(),
        cloud: { authorityHost: sandbox.url, graphHost: sandbox.url },
        getToken: async () => 'token',
        agent: Object.assign(new Agent(), { addRequest: fail }),
        maxRetries: 0,
      },
    }),
  ],
  ['a stream of content', (fail) => ({ message: { attachments: [{ content: new Readable({ read: fail }) }] } })],
  ['onDraft', (fail) => ({ options: { ...draft, onDraft: fail } })],
  ['onAttempt', (fail) => ({ graph: { onAttempt: fail } })],
  ['onAttempt of a draft', (fail) => ({ graph: { ...draft, onAttempt: fail } })],
  ['onAttempt before a repetition', (fail) => ({ graph: { onAttempt: second(fail) }, faults: [busy('sendMail')] })],
  ['onNotSent', (fail) => ({ graph: { onNotSent: fail }, faults: [busy('sendMail')] })],
  ['onNotSent of a draft', (fail) => ({ graph: { ...draft, onNotSent: fail }, faults: [busy('sendDraft')] })],
  [
    'onWithdraw',
    (fail) => ({ graph: { ...draft, onAttempt: () => {}, onWithdraw: fail }, faults: [refusal('sendDraft')] }),
  ],
];

function second(fail: () => never): () => void {
  let calls = 0;
  return () => {
    if (++calls > 1) fail();
  };
}

describe.each(thrown)('%s that is thrown before anything has left', (_, make) => {
  it.each(before)('by %s leaves the message not sent', async (_name, sending) => {
    const { error } = await send(
      sending(() => {
        throw make();
      }),
    );
    if (!isGraphMailError(error)) throw error;
    expect(error).toMatchObject({ outcome: 'not-sent' });
    expect(`${error.message} ${error.hint}`).not.toMatch(/may have been sent|is unknown/);
    expect(await sandbox.messages()).toEqual([]);
  });
});

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** What fails when the message has been taken. */
const after: [string, (fail: () => never) => Sending][] = [
  [
    'the logger',
    (fail) => ({
      options: { debug: true, logger: Object.fromEntries(levels.map((level) => [level, fail])) as BunyanLogger },
    }),
  ],
  [
    'the properties of the logger',
    (fail) => {
      const logger = {};
      for (const level of levels) Object.defineProperty(logger, level, { get: fail });
      return { options: { debug: true, logger: logger as BunyanLogger } };
    },
  ],
  [
    'a signal that does not let go',
    (fail) => ({ signal: { aborted: false, addEventListener: () => {}, removeEventListener: fail } }),
  ],
];

describe.each(thrown)('%s that is thrown when the message was taken', (_, make) => {
  it.each(after)('by %s does not turn it into an error', async (_name, sending) => {
    const { error, sent } = await send(
      sending(() => {
        throw make();
      }),
    );
    expect(error).toBeUndefined();
    expect(sent).toBeDefined();
    expect(await sandbox.messages()).toHaveLength(1);
  });
});

describe('an error that nobody foresaw, in a bulk run', () => {
  it('before the attempt ends the run and leaves the row', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'foreign-'));
    const transport = graphTransport({ ...sandbox.options });
    const transporter = createTransport(transport as never);
    let mails = 0;
    transporter.use('compile', (_, done) => (++mails === 2 ? done(new Error('out of order')) : done()));
    const run = sendBulk({
      transporter,
      recipients: { csv: 'email\na@example.com\nb@example.com\nc@example.com\n' },
      template: { subject: 'Hi', text: 'Hello' },
      from,
      concurrency: 1,
      journal: path.join(folder, 'run'),
    });
    const summary = await run.finished;
    expect(summary).toMatchObject({ ended: 'refused', sent: 1, rejected: 0, unknown: 0, left: 2 });
    expect(summary.error?.message).toBe('out of order');
    transporter.close();
    rmSync(folder, { recursive: true });
  });
});

describe('close()', () => {
  it.each(['onDraft', 'onAttempt'] as const)('ends though %s never comes back', async (name) => {
    const never = () => new Promise<void>(() => {});
    let called: () => void = () => {};
    const calling = new Promise<void>((resolve) => {
      called = resolve;
    });
    const hook = () => {
      called();
      return never();
    };
    const transport = graphTransport({
      ...sandbox.options,
      ...draft,
      timeout: 3_000,
      ...(name === 'onDraft' && { onDraft: hook }),
    });
    const sent = createTransport(transport as never).sendMail({
      ...mail,
      ...(name === 'onAttempt' && { graph: { onAttempt: hook } }),
    } as SendMailOptions);
    await calling;
    transport.close();
    await expect(sent).rejects.toMatchObject({ code: 'ETIMEDOUT', outcome: 'not-sent' });
    expect(transport.pendingCount()).toBe(0);
    expect(await sandbox.messages()).toEqual([]);
  });
});
