import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GraphSentMessageInfo, graphTransport, isGraphMailError } from '../../src/index.js';
import type { PreflightKind } from '../../src/preflight/finding.js';
import type { GraphPreflightOptions } from '../../src/preflight/options.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { entryOf, kindsOf, type Message, mailbox, plain } from './support.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ mailbox, mailboxes: ['sales@contoso.example'] });
});
beforeEach(() => sandbox.clear());
afterAll(() => sandbox.close());

type MailboxOptions = Omit<GraphPreflightOptions, 'report' | 'examples'>;

/** What becomes of a message that is really given to Graph. */
async function sendByGraph(message: Message, options: MailboxOptions) {
  const transporter = createTransport(graphTransport({ ...sandbox.options, ...options }));
  try {
    const info = (await transporter.sendMail(message)) as unknown as GraphSentMessageInfo;
    const [arrived] = await sandbox.messages({ messageId: info.messageId });
    return { info, arrived };
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return { error };
  } finally {
    transporter.close();
  }
}

const from = `From: ${mailbox}\r\n`;
const onlyFrom: MailboxOptions = { mailbox: 'from', allowedMailboxes: ['*@contoso.example'] };

const refused: [PreflightKind, Message, MailboxOptions?][] = [
  ['mailbox-refused', { ...plain, from: 'ceo@fabrikam.example' }, onlyFrom],
  ['mailbox-refused', { ...plain, from: undefined }, onlyFrom],
  ['mailbox-refused', { ...plain, graph: { mailbox: 'sales@contoso.example' } }],
  ['mailbox-refused', plain, { mailbox: () => 'none' }],
  ['from-missing', { raw: 'To: ana@example.com\r\n\r\nHi' }],
  ['from-missing', { ...plain, from: undefined }, { mailbox: '11111111-2222-3333-4444-555555555555' }],
  ['non-ascii-address', { ...plain, from: 'jürgen@contoso.example' }],
  ['non-ascii-address', { ...plain, cc: 'jürgen@example.com' }],
  ['unclear-address-field', { ...plain, headers: { cc: ['a@example.com', 'b@example.com'] } }],
  ['unclear-address-field', { raw: `${from}To: a@example.com b@example.com\r\n\r\nHi` }],
  ['no-recipients', { ...plain, to: undefined }],
  ['no-recipients', { ...plain, to: 'Undisclosed recipients:;' }],
  ['no-recipients', { ...plain, envelope: { from: mailbox } }],
  ['no-recipients', { raw: `${from}Subject: x\r\n\r\nHi` }],
  ['envelope-leaves-out', { ...plain, bcc: 'bob@example.com', envelope: { from: mailbox, to: 'ana@example.com' } }],
  ['envelope-leaves-out', { raw: `${from}To: ana@example.com\r\n\r\nHi`, from: mailbox, to: 'bob@example.com' }],
  ['data-refused', { ...plain, list: { help: { url: 'help@contoso.example', comment: 'Help\nme' } } }],
  ['too-many-recipients', { ...plain, bcc: Array.from({ length: 1_001 }, (_, i) => `r${i}@example.com`) }],
  ['unreadable-header', { raw: 'Hello\r\n\r\nHi', from: mailbox, to: 'ana@example.com' }],
  ['too-large', { ...plain, attachments: [{ filename: 'a.bin', content: Buffer.alloc(2_210_000) }] }],
  ['too-large', { raw: `${from}To: ana@example.com\r\n\r\n${'x\n'.repeat(1_100_000)}` }],
  ['too-large', { ...plain, text: 'ä'.repeat(600_000) }, { mailbox, maxRequestSize: 2_000_000 }],
];

const clean: [string, Message, MailboxOptions?][] = [
  ['plain text', plain],
  [
    'names and all kinds of recipients',
    {
      ...plain,
      from: `"A, B" <${mailbox}>`,
      to: ['"X, Y" <x@example.com>', 'Team: a@example.com, "b"@example.com;'],
      cc: { name: 'Ü', address: 'c@example.com' },
      bcc: 'eva@müller.example',
    },
  ],
  ['recipients more than once', { ...plain, to: 'ana@example.com, ANA@example.com', bcc: 'ana@example.com' }],
  [
    'an envelope that says the same',
    {
      ...plain,
      bcc: 'eva@müller.example',
      envelope: { from: mailbox, to: ['EVA@xn--mller-kva.example', 'ana@example.com'] },
    },
  ],
  ['the mailbox from From', { ...plain, from: 'sales@contoso.example' }, onlyFrom],
  [
    'the mailbox from the message',
    { ...plain, from: 'sales@contoso.example', graph: { mailbox: 'sales@contoso.example' } },
    { mailbox, allowedMailboxes: '*@contoso.example' },
  ],
  [
    'a raw message',
    {
      raw: `${from}To: ana@example.com\nCc: x@example.com,\n y@example.com\nBcc: z@example.com\nBcc: w@example.com\n\nHi\n`,
    },
  ],
  ['a raw message whose envelope is null', { raw: `${from}To: ana@example.com\n\nHi\n`, envelope: null as never }],
  [
    'a raw message with the mailbox from beside it',
    { from: mailbox, to: 'ana@example.com', raw: `${from}To: ana@example.com\n\nHi\n` },
    onlyFrom,
  ],
  [
    'an attachment that just fits',
    { ...plain, attachments: [{ filename: 'a.bin', content: Buffer.alloc(2_185_000) }] },
  ],
];

describe('what is called refused', () => {
  it.each(refused)(
    'is refused by the transport before it is sent: %s (%#)',
    async (kind, message, options = { mailbox }) => {
      const entry = await entryOf(message, options);
      expect(kindsOf(entry)).toContain(kind);
      expect(entry.verdict).toBe('refused');
      const { error } = await sendByGraph(message, options);
      expect(error).toMatchObject({
        outcome: 'not-sent',
        permanent: true,
        code: expect.stringMatching(/^E(ENVELOPE|MESSAGE|MAXRECIPIENTS)$/),
      });
      expect(sandbox.stats().submissions).toBe(0);
    },
  );
});

describe('what is called clean', () => {
  it.each(clean)('is sent from that mailbox to the same people: %s', async (_name, message, options = { mailbox }) => {
    const entry = await entryOf(message, options);
    expect(entry).toMatchObject({ verdict: 'clean' });
    const { info, arrived, error } = await sendByGraph(message, options);
    expect(error).toBeUndefined();
    expect(info?.mailbox).toBe(entry.mailbox);
    expect(info?.accepted).toHaveLength(entry.recipients as number);
    const canonical = (addresses: readonly string[] = []) =>
      [...new Set(addresses.map((one) => one.toLowerCase()))].sort();
    const named = [arrived?.to, arrived?.cc, arrived?.bcc].flatMap((list) => list?.map(({ address }) => address) ?? []);
    expect(canonical(named)).toEqual(canonical(info?.accepted));
  });
});

it('what is called changed becomes Bcc', async () => {
  const message = { ...plain, envelope: { from: mailbox, to: 'ana@example.com, log@example.com' } };
  expect(kindsOf(await entryOf(message))).toEqual(['envelope-adds']);
  const { arrived } = await sendByGraph(message, { mailbox });
  expect(arrived?.bcc.map(({ address }) => address)).toEqual(['log@example.com']);
});
