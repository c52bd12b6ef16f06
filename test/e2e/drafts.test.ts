import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GraphMailError, type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { type FaultRule, type Sandbox, startSandbox } from '../../src/sandbox/index.js';

const clientId = '11111111-2222-4333-8444-555555555555';
const from = 'noreply@contoso.example';
const mayWrite = { clientId, certificates: [], roles: ['Mail.Send', 'Mail.ReadWrite'] };
const mail = { from, to: 'ana@example.com', bcc: 'audit@example.com', subject: 'Hi', text: 'Hello' };

let sandbox: Sandbox;
let limited: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({
    clientId,
    maxMessageSize: 150_000_000,
    apps: [mayWrite],
  });
  limited = await startSandbox({ clientId, mailbox: from });
});
afterAll(() => Promise.all([sandbox.close(), limited.close()]));
beforeEach(() => sandbox.clear());

const open: { close(): void }[] = [];
afterEach(() => {
  for (const transporter of open.splice(0)) transporter.close();
});

function sending(options: Partial<GraphTransportOptions>, at = sandbox) {
  const transporter = createTransport(graphTransport({ ...at.options, ...options }));
  open.push(transporter);
  return transporter;
}

const failing = (work: Promise<unknown>) =>
  work.then(
    () => Promise.reject(new Error('was sent')),
    (error: GraphMailError) => error,
  );
const paths = (at = sandbox) =>
  at.requests().map(({ method, path: url, status }) => `${method} ${url.split('?')[0]} ${status}`);
const graph = (at = sandbox) => paths(at).filter((line) => line.includes('/v1.0/'));

describe("delivery: 'draft'", () => {
  it('sends the same message, in two requests, and leaves no draft', async () => {
    const info = await sending({ delivery: 'draft' }).sendMail(mail);
    const [message] = await sandbox.messages();
    expect(message).toMatchObject({ messageId: info.messageId, subject: 'Hi' });
    expect(message?.delivered.map(({ recipient }) => recipient)).toEqual(['ana@example.com', 'audit@example.com']);
    expect(graph()).toHaveLength(2);
    expect(sandbox.mailbox(from).drafts).toEqual([]);
  });

  it('can be chosen for one message', async () => {
    const transporter = sending({});
    await transporter.sendMail({ ...mail, graph: { delivery: 'draft' } });
    await transporter.sendMail(mail);
    expect(graph().map((line) => line.split(' ')[1]?.split('/').at(-1))).toEqual(['messages', 'send', 'sendMail']);
  });

  it('that may not make drafts says which permission is missing', async () => {
    const error = await failing(sending({ delivery: 'draft' }, limited).sendMail(mail));
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', graphCode: 'ErrorAccessDenied' });
    expect(error.hint).toContain('Mail.ReadWrite');
  });

  it('deletes the draft of a message that is refused', async () => {
    const error = await failing(sending({ delivery: 'draft' }).sendMail({ ...mail, from: 'boss@contoso.example' }));
    expect(error).toMatchObject({ graphCode: 'ErrorSendAsDenied', outcome: 'not-sent', code: 'EENVELOPE' });
    expect(error.draftId).toBeUndefined();
    expect(sandbox.mailbox(from).drafts).toEqual([]);
  });

  it('tells onDraft of the draft that is about to be sent', async () => {
    const seen: unknown[] = [];
    const onDraft = (id: string, messageId: string) => {
      const [draft] = sandbox.mailbox(from).drafts;
      seen.push([id === draft?.id, messageId === draft?.messageId]);
    };
    await sending({ delivery: 'draft', onDraft }).sendMail(mail);
    expect(seen).toEqual([[true, true]]);
  });
});

describe.concurrent('after a doubtful answer', () => {
  const kinds: [string, Omit<FaultRule, 'on'>][] = [
    ['504', { status: 504 }],
    ['500', { status: 500 }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['a wrong 200', { status: 200 }],
    ['a reset', { reset: 'before-answer' }],
    ['silence', { silence: true }],
  ];
  const cases = (['sendDraft', 'createDraft'] as const).flatMap((on) =>
    kinds.flatMap(([name, rule]) => [true, false].map((delivered) => ({ on, name, rule, delivered }))),
  );
  const mailboxes = cases.map((_, index) => `case-${index}@contoso.example`);
  let many: Sandbox;
  beforeAll(async () => {
    many = await startSandbox({ clientId, mailboxes, apps: [mayWrite] });
  });
  afterAll(() => many.close());

  it.each(cases.map((one, index) => ({ ...one, mailbox: mailboxes[index] ?? '' })))(
    '$name to $on (done: $delivered) the message is sent exactly once',
    async ({ on, rule, delivered, mailbox }) => {
      many.fault({ on, mailbox, delivered, ...rule });
      const transporter = createTransport(
        graphTransport({ ...many.options, mailbox, delivery: 'draft', timeout: 1_000 }),
      );
      try {
        const info = await transporter.sendMail({ ...mail, from: mailbox });
        const messages = await many.messages();
        expect(messages.filter(({ messageId }) => messageId === info.messageId)).toHaveLength(1);
        expect(messages.filter((message) => message.mailbox === mailbox)).toHaveLength(1);
        // A draft that may have been made is not looked for: another message could have the same Message-ID.
        expect(many.mailbox(mailbox).drafts).toHaveLength(on === 'createDraft' && delivered ? 1 : 0);
      } finally {
        transporter.close();
      }
    },
  );
});

describe("onUnknown: 'verify'", () => {
  it.each([0, 1_500])('finds a message that came to Sent Items after %i ms', async (sentItemsDelay) => {
    const slow = await startSandbox({
      clientId,
      sentItemsDelay,
      apps: [{ clientId, certificates: [], roles: ['Mail.Send', 'Mail.Read'] }],
    });
    try {
      slow.fault({ on: 'sendMail', status: 504, delivered: true });
      const info = await sending({ onUnknown: 'verify' }, slow).sendMail(mail);
      expect(info.response).toContain('Found in Sent Items');
      expect(await slow.messages()).toHaveLength(1);
    } finally {
      await slow.close();
    }
  });

  it('leaves unknown what is not there, and sends nothing again', async () => {
    sandbox.fault({ on: 'sendMail', status: 504, delivered: false });
    const error = await failing(sending({ onUnknown: 'verify', verifyWindow: 1_500 }).sendMail(mail));
    expect(error).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('not in Sent Items') });
    expect(await sandbox.messages()).toHaveLength(0);
  });

  it('says which permission is missing', async () => {
    limited.clear();
    limited.fault({ on: 'sendMail', status: 504, delivered: true });
    const error = await failing(sending({ onUnknown: 'verify' }, limited).sendMail(mail));
    expect(error).toMatchObject({ outcome: 'unknown', responseCode: 504 });
    expect(error.hint).toMatch(/Mail\.ReadBasic\.All or Mail\.Read/);
  });
});

describe("largeMessages: 'upload'", () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'large-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const big = randomBytes(9_000_000);
  const picture = randomBytes(2_500_000);
  const file = path.join(folder, 'report.bin');
  writeFileSync(file, big);
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const large = { ...mail, html: '<p>Hello <img src="cid:logo@x"></p>' };
  const attachments = () => [
    { filename: 'note.txt', content: 'short' },
    { filename: 'report.bin', path: file },
    { filename: 'stream.bin', content: Readable.from([big.subarray(0, 5_000_000), big.subarray(5_000_000)]) },
    { filename: 'logo.png', content: picture, cid: 'logo@x' },
  ];

  it('sends the whole message, byte for byte', async () => {
    const spooled = () => readdirSync(tmpdir()).filter((name) => name.startsWith('graph-mail-'));
    const before = spooled();
    const info = await sending({ largeMessages: 'upload' }).sendMail({ ...large, attachments: attachments() });
    const [message] = await sandbox.messages();
    expect(message).toMatchObject({ messageId: info.messageId, subject: 'Hi', text: expect.stringContaining('Hello') });
    expect(message?.html).toContain('cid:logo@x');
    const found = Object.fromEntries(message?.attachments.map((one) => [one.filename, one]) ?? []);
    expect(Object.keys(found).sort()).toEqual(['logo.png', 'note.txt', 'report.bin', 'stream.bin']);
    expect(hash(found['report.bin']?.content ?? Buffer.alloc(0))).toBe(hash(big));
    expect(hash(found['stream.bin']?.content ?? Buffer.alloc(0))).toBe(hash(big));
    expect(hash(found['logo.png']?.content ?? Buffer.alloc(0))).toBe(hash(picture));
    expect(found['logo.png']).toMatchObject({ contentId: 'logo@x', disposition: 'inline' });
    expect(message?.delivered.map(({ recipient }) => recipient)).toEqual(['ana@example.com', 'audit@example.com']);
    expect(sandbox.mailbox(from).drafts).toEqual([]);
    expect(spooled()).toEqual(before);
  });

  it('sends in one request what fits', async () => {
    await sending({ largeMessages: 'upload' }).sendMail({
      ...mail,
      attachments: [{ filename: 'a', content: 'small' }],
    });
    expect(graph().map((line) => line.split('/').at(-1))).toEqual(['sendMail 202']);
  });

  it.each([
    ['504', { status: 504 }],
    ['a reset', { reset: 'before-answer' }],
  ] as const)('goes on after %s to a piece, stored or not', async (_, rule) => {
    sandbox.fault({ on: 'uploadChunk', delivered: true, ...rule });
    sandbox.fault({ on: 'uploadChunk', delivered: false, ...rule });
    await sending({ largeMessages: 'upload' }).sendMail({ ...large, attachments: [{ path: file }] });
    const [message] = await sandbox.messages();
    expect(message?.attachments.map(({ content }) => hash(content))).toEqual([hash(big)]);
    expect(sandbox.mailbox(from).drafts).toEqual([]);
  });

  it.each([true, false])('attaches a small file once after a doubtful answer (stored: %s)', async (delivered) => {
    sandbox.fault({ on: 'addAttachment', status: 504, delivered });
    const three = [1, 2, 3].map((n) => ({ filename: `${n}.bin`, content: picture }));
    await sending({ largeMessages: 'upload' }).sendMail({ ...large, attachments: three });
    const [message] = await sandbox.messages();
    expect(message?.attachments.map(({ filename }) => filename).sort()).toEqual(['1.bin', '2.bin', '3.bin']);
    expect(sandbox.mailbox(from).drafts).toEqual([]);
  });

  it('fails with the draft deleted when the mailbox takes no message of that size', async () => {
    const small = await startSandbox({
      clientId,
      maxMessageSize: 8_000_000,
      apps: [mayWrite],
    });
    try {
      const error = await failing(
        sending({ largeMessages: 'upload' }, small).sendMail({ ...large, attachments: [{ path: file }] }),
      );
      expect(error).toMatchObject({ code: 'EMESSAGE', graphCode: 'ErrorMessageSizeExceeded', outcome: 'not-sent' });
      expect(small.mailbox(from).drafts).toEqual([]);
      expect(await small.messages()).toEqual([]);
    } finally {
      await small.close();
    }
  });

  it('tells without it which attachments are the heaviest', async () => {
    const error = await failing(
      sending({}).sendMail({ ...mail, attachments: [{ filename: 'a.txt', content: 'x' }, { path: file }] }),
    );
    expect(error).toMatchObject({ code: 'EMESSAGE', outcome: 'not-sent' });
    expect(error.message).toContain('report.bin (9.0 MB)');
    expect(error.hint).toContain("largeMessages: 'upload'");
    expect(graph()).toEqual([]);
  });

  it('refuses what cannot be taken apart, before anything is sent', async () => {
    const raw = Buffer.concat([
      Buffer.from(`From: ${from}\r\nTo: ana@example.com\r\n\r\n`),
      Buffer.alloc(9_000_000, 97),
    ]);
    const error = await failing(sending({ largeMessages: 'upload' }).sendMail({ raw }));
    expect(error).toMatchObject({ code: 'EMESSAGE', outcome: 'not-sent', message: expect.stringContaining('raw') });
    expect(graph()).toEqual([]);
  });
});
