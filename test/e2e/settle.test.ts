import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type GraphMailError,
  type GraphTransport,
  type GraphTransportOptions,
  graphTransport,
  type SendAttempt,
} from '../../src/index.js';
import { type FaultRule, type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const clientId = '11111111-2222-4333-8444-555555555555';
const from = 'noreply@contoso.example';
const mail = { from, to: 'ana@example.com', subject: 'Hi', text: 'Hello' };
const mayWrite = { clientId, certificates: [], roles: ['Mail.Send', 'Mail.ReadWrite'] };

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ clientId, apps: [mayWrite] });
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.clear());

const open: GraphTransport[] = [];
afterEach(() => {
  for (const transport of open.splice(0)) transport.close();
});

function newTransport(options: Partial<GraphTransportOptions> = {}, at = sandbox): GraphTransport {
  const transport = graphTransport({ ...at.options, ...options });
  open.push(transport);
  return transport;
}

const failing = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error('did not fail')),
    (error: GraphMailError) => error,
  );

/** Sends a message as far as a process comes that is killed when the first request to send it is under way. */
async function killedWhileSending(rule: FaultRule, delivery: 'direct' | 'draft', at = sandbox): Promise<SendAttempt> {
  at.fault({ silence: true, ...rule });
  const transport = newTransport({}, at);
  const attempt = new Promise<SendAttempt>((resolve) => {
    const graph = { delivery, onAttempt: resolve };
    createTransport(transport)
      .sendMail({ ...mail, graph })
      .catch(() => {});
  });
  const known = await attempt;
  const path = delivery === 'direct' ? '/sendMail' : '/send';
  while (!at.requests().some((request) => request.path.endsWith(path))) await new Promise((r) => setTimeout(r, 5));
  transport.close({ force: true });
  return known;
}

describe('a draft that an earlier process was sending', () => {
  it.each([true, false])('went out once, whether the request had its effect (%s) or not', async (delivered) => {
    const attempt = await killedWhileSending({ on: 'sendDraft', delivered }, 'draft');
    const settled = await newTransport().settle(attempt);
    expect(settled).toMatchObject({ outcome: 'sent', how: delivered ? 'sent-items' : 'draft' });
    expect((await sandbox.messages()).map(({ messageId }) => messageId)).toEqual([attempt.messageId]);
    expect(sandbox.mailbox(from).drafts).toEqual([]);
  });

  it('is found when it comes to Sent Items only after a while', async () => {
    const slow = await startSandbox({ clientId, apps: [mayWrite], sentItemsDelay: 1_500 });
    const attempt = await killedWhileSending({ on: 'sendDraft', delivered: true }, 'draft', slow);
    expect(await newTransport({}, slow).settle(attempt)).toMatchObject({ outcome: 'sent', how: 'sent-items' });
    expect(await slow.messages()).toHaveLength(1);
    await slow.close();
  });

  it('is unknown when somebody deleted it', async () => {
    const attempt = await killedWhileSending({ on: 'sendDraft', delivered: false }, 'draft');
    sandbox.clear();
    const error = await failing(newTransport().settle({ ...attempt, window: 0 }));
    expect(error).toMatchObject({ outcome: 'unknown', draftId: attempt.draftId });
    expect(error.message).toContain('its draft is gone');
  });

  it('was not sent when Graph refuses it and it still lies in Drafts, and can be sent later', async () => {
    const attempt = await killedWhileSending({ on: 'sendDraft', delivered: false }, 'draft');
    sandbox.fault({ on: 'sendDraft', status: 403 });
    const transport = newTransport();
    const error = await failing(transport.settle(attempt));
    expect(error).toMatchObject({ outcome: 'not-sent', draftId: attempt.draftId, responseCode: 403 });
    expect(await sandbox.messages()).toEqual([]);
    expect(await transport.settle(attempt)).toMatchObject({ outcome: 'sent', how: 'draft' });
    expect(await sandbox.messages()).toHaveLength(1);
  });
});

describe('a message that an earlier process was sending in one request', () => {
  it('was sent when it lies in Sent Items', async () => {
    const attempt = await killedWhileSending({ on: 'sendMail', delivered: true }, 'direct');
    const sentAfter = new Date(Date.now() - 60_000);
    expect(await newTransport().settle({ ...attempt, sentAfter })).toEqual({
      outcome: 'sent',
      response: 'Found in Sent Items',
      how: 'sent-items',
    });
  });

  it('is unknown when it does not, and is not sent', async () => {
    const attempt = await killedWhileSending({ on: 'sendMail', delivered: false }, 'direct');
    const error = await failing(newTransport().settle({ ...attempt, window: 0 }));
    expect(error).toMatchObject({ outcome: 'unknown', code: 'EGRAPH' });
    expect(await sandbox.messages()).toEqual([]);
  });

  it('is not taken for an older one with the same Message-ID', async () => {
    const { messageId, mailbox } = await createTransport(newTransport()).sendMail(mail);
    const sentAfter = new Date(Date.now() + 60_000);
    const error = await failing(newTransport().settle({ mailbox, messageId, sentAfter, window: 0 }));
    expect(error).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('only an earlier message') });
  });

  it('is unknown to an application that may only send, which is told the permission', async () => {
    const limited = await startSandbox({ clientId, apps: [{ clientId, certificates: [], roles: ['Mail.Send'] }] });
    const { messageId, mailbox } = await createTransport(newTransport({}, limited)).sendMail(mail);
    const error = await failing(newTransport({}, limited).settle({ mailbox, messageId }));
    expect(error).toMatchObject({ outcome: 'unknown', code: 'EAUTH', permanent: true });
    expect(error.hint).toContain('Mail.ReadBasic.All');
    await limited.close();
  });
});

describe('settle() never says of what it could not ask that it was not sent', () => {
  const message = { mailbox: from, messageId: '<m@contoso.example>' };

  it('when the transport is closed', async () => {
    const transport = newTransport();
    transport.close();
    expect(await failing(transport.settle(message))).toMatchObject({ code: 'ECONNECTION', outcome: 'unknown' });
  });

  it('when it is aborted', async () => {
    const error = await failing(newTransport().settle({ ...message, signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'EABORT', outcome: 'unknown', name: 'AbortError' });
  });

  it('when the transport is closed by force while it looks', async () => {
    const transport = newTransport();
    const failed = failing(transport.settle(message));
    while (sandbox.requests().length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    transport.close({ force: true });
    expect(await failed).toMatchObject({ outcome: 'unknown' });
  });

  it('when no token is to be had', async () => {
    const transport = newTransport({ clientId: '99999999-2222-4333-8444-555555555555' });
    const error = await failing(transport.settle({ ...message, draftId: 'x' }));
    expect(error).toMatchObject({ code: 'EAUTH', command: 'TOKEN', outcome: 'unknown' });
    expect(error.message).not.toContain('was not sent');
  });

  it.each([
    [{ mailbox: 'not an address' }, "'mailbox' is a string of 14 characters"],
    [{ messageId: '' }, "'messageId' is an empty string"],
    [{ draftId: 7 as never }, "'draftId' is 7"],
    [{ sentAfter: new Date(Number.NaN) }, "'sentAfter' is"],
    [{ window: -1 }, "'window' is -1"],
    [{ signal: {} as AbortSignal }, 'not an AbortSignal'],
  ])('when it is asked wrongly: %o', async (wrong, text) => {
    const error = await failing(newTransport().settle({ ...message, ...wrong }));
    expect(error).toMatchObject({ code: 'ECONFIG', outcome: 'unknown', message: expect.stringContaining(text) });
  });
});

it('a copy of the transport tells, settles and reads as the transport itself does', async () => {
  const transport = newTransport({ mailboxConcurrency: 2 });
  const { messageId } = await createTransport(transport).sendMail({ ...mail, to: from });
  const copy = Object.assign({}, transport);
  expect([copy.mailboxConcurrency, copy.mailboxFor(mail)]).toEqual([2, from]);
  expect(await copy.settle({ mailbox: from, messageId })).toMatchObject({ outcome: 'sent' });
  const subjects: string[] = [];
  for await (const { subject } of copy.readInbox({ mailbox: from, since: new Date(0) })) subjects.push(subject);
  expect(subjects).toEqual(['Hi']);
});
