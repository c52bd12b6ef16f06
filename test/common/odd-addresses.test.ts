import { createRequire } from 'node:module';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readAddresses } from '../../src/bulk/message/address-field.js';
import { createRowComposer } from '../../src/bulk/message/compose-row.js';
import { toSender } from '../../src/bulk/message/sender.js';
import { mailboxFlag, senderFlag } from '../../src/cli/common/flag-values.js';
import { addressesFlag } from '../../src/cli/send/send-flags.js';
import { type GraphTransportOptions, graphPreflight, graphTransport, isGraphMailError } from '../../src/index.js';
import { parseAddressList } from '../../src/message/header/address-list.js';
import type { Mailer } from '../conformance/support.js';

const require = createRequire(import.meta.url);

/** Addresses that two readers may read differently. */
const odd: Record<string, string> = {
  'an encoded word before the @': '=?utf-8?q?a?=@x.example',
  'an encoded word with an address in it': '=?utf-8?q?eve=40evil.example=3E?=@x.example',
  'an encoded word after the @': 'a@=?utf-8?b?eA==?=.example',
  'a no-break space in front': '\u00a0a@x.example',
  'a no-break space behind': 'a@x.example\u00a0',
  'a no-break space within': 'a\u00a0b@x.example',
  'a byte order mark in front': '\ufeffa@x.example',
  'a byte order mark behind': 'a@x.example\ufeff',
  'an ideographic space': 'a@x.example\u3000',
  'a line separator': 'a@x.example\u2028',
  'a next line': 'a@x.example\u0085',
  'a form feed': 'a@x.example\f',
  'a vertical tab': '\va@x.example',
  'a zero-width space': 'a@x\u200b.example',
  'a soft hyphen': 'a@x\u00ad.example',
  'a direction mark': 'a@x.example\u202e',
  'a variation selector': 'a@x\ufe0f.example',
  'a full-width letter': 'a@ｘ.example',
  'a Kelvin sign': 'a@\u212a.example',
  'an ideographic full stop': 'a@x。example',
  'bytes that were no UTF-8': 'a@x\ufffd.example',
};

const own = 'noreply@contoso.example';
const plain = { from: own, to: 'ana@example.com', subject: 'Hello', text: 'Hello' };

async function endOf(message: object, options: GraphTransportOptions = { mailbox: own }, major = 'nodemailer') {
  const getToken = () => Promise.reject(new Error('asked for a token'));
  const transport = graphTransport({ getToken, maxRetries: 0, ...options });
  onTestFinished(() => transport.close());
  const transporter = (require(major) as typeof import('nodemailer')).createTransport(transport) as Mailer;
  try {
    await transporter.sendMail({ ...plain, ...message });
    return 'sent';
  } catch (error) {
    return isGraphMailError(error) ? `${error.code} ${error.outcome}` : `bare ${String(error)}`;
  }
}

const thrown = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
};

const raw = (field: string) => ({ raw: `From: ${own}\r\nTo: ana@example.com\r\n${field}\r\n\r\nHi\r\n` });

/** Ways for an address into a message: as what comes out for one that is refused. */
const messages: Record<string, (address: string) => object> = {
  to: (address) => ({ to: address }),
  'to as an object': (address) => ({ to: { name: 'Ana', address } }),
  'to in brackets': (address) => ({ to: `Ana <${address}>` }),
  'to among others': (address) => ({ to: ['bob@example.com', `eve@example.com, ${address}`] }),
  cc: (address) => ({ cc: address }),
  bcc: (address) => ({ bcc: [address] }),
  'a group': (address) => ({ to: { name: 'Team', group: [{ name: '', address }] } }),
  from: (address) => ({ from: address }),
  sender: (address) => ({ sender: address }),
  replyTo: (address) => ({ replyTo: address }),
  'a header of that name': (address) => ({ headers: { Bcc: address } }),
  'the envelope': (address) => ({ envelope: { from: own, to: ['ana@example.com', address] } }),
  'the sender of the envelope': (address) => ({ envelope: { from: address, to: 'ana@example.com' } }),
  'a raw Cc': (address) => raw(`Cc: ${address}`),
  'a raw Cc in brackets': (address) => raw(`Cc: Bob <${address}>`),
  'a raw Bcc among others': (address) => raw(`Bcc: bob@example.com, ${address}, eve@example.com`),
  'a raw From': (address) => ({ raw: `From: ${address}\r\nTo: ana@example.com\r\n\r\nHi\r\n` }),
  'raw with an envelope': (address) => ({ ...raw('Subject: x'), envelope: { from: own, to: [address] } }),
};

describe.each(Object.entries(odd))('%s', (_what, address) => {
  test.each(['nodemailer7', 'nodemailer8', 'nodemailer9', 'nodemailer'])(
    'is refused in every message, %s',
    async (major) => {
      const ends: Record<string, string> = {};
      for (const [where, message] of Object.entries(messages)) {
        const end = await endOf({ ...message(address) }, { mailbox: own }, major);
        if (!/^(EENVELOPE|EMESSAGE) not-sent$/.test(end)) ends[where] = end;
      }
      expect(ends).toEqual({});
    },
  );

  test('is refused as a mailbox', async () => {
    const getToken = () => Promise.reject(new Error('asked for a token'));
    const make = (options: GraphTransportOptions) => thrown(() => graphTransport({ getToken, ...options }));
    expect(make({ mailbox: address })).toMatch(/^Option 'mailbox'/);
    expect(make({ mailbox: own, allowedMailboxes: [address] })).toMatch(/^Option 'allowedMailboxes'/);
    const domain = address.slice(address.indexOf('@'));
    if (!/^@[ -~]*$/.test(domain) || domain.includes('=?'))
      expect(make({ mailbox: own, allowedMailboxes: [`*${domain}`] })).toMatch(/^Option 'allowedMailboxes'/);
    expect(await endOf({}, { mailbox: () => address })).toBe('EENVELOPE not-sent');
    expect(await endOf({ graph: { mailbox: address } }, { mailbox: own, allowedMailboxes: () => true })).toBe(
      'EENVELOPE not-sent',
    );
    const chosen: GraphTransportOptions = { mailbox: 'from', allowedMailboxes: () => true };
    expect(await endOf({ from: address }, chosen)).toBe('EENVELOPE not-sent');
    expect(await endOf({ raw: `From: ${address}\r\nTo: ana@example.com\r\n\r\nHi\r\n` }, chosen)).toBe(
      'EENVELOPE not-sent',
    );
    expect(thrown(() => graphPreflight({ mailbox: address }))).toMatch(/^Option 'mailbox'/);
    const transport = graphTransport({ getToken, ...chosen });
    onTestFinished(() => transport.close());
    expect(thrown(() => transport.mailboxFor({ from: address }))).not.toBe('accepted');
  });

  test('is told by preflight', async () => {
    for (const [where, message] of Object.entries(messages)) {
      const { createTransport } = require('nodemailer') as typeof import('nodemailer');
      const transporter = createTransport({ streamTransport: true });
      const verdicts: string[] = [];
      const report = ({ verdict }: { verdict: string }) => void verdicts.push(verdict);
      transporter.use('stream', graphPreflight({ mailbox: own, report }) as never);
      await transporter.sendMail({ ...plain, ...message(address) });
      expect(verdicts, where).toEqual(['refused']);
    }
  });

  test('is refused in bulk', async () => {
    const template = { render: async () => ({ subject: 'Hello', text: 'Hello' }) };
    const { compose } = createRowComposer({ template } as never);
    const row = { number: 1, line: 2, values: { email: address } };
    await expect(compose(row as never, undefined)).rejects.toThrow(/e-mail address/);
    for (const text of [address, `Ana <${address}>`, `bob@example.com, ${address}`]) {
      expect(thrown(() => readAddresses(text))).not.toBe('accepted');
    }
    expect(thrown(() => toSender({ address }))).not.toBe('accepted');
    expect(thrown(() => toSender({ address: own, mailbox: address }))).not.toBe('accepted');
  });

  test('is refused by the flags of the command line', () => {
    for (const flag of [addressesFlag, senderFlag, mailboxFlag])
      expect(thrown(() => flag(address))).not.toBe('accepted');
    expect(thrown(() => addressesFlag(`Ana <${address}>`))).not.toBe('accepted');
  });
});

describe('what looks like it and is clear', () => {
  test.each([
    ['a name with a no-break space', 'Ana\u00a0Lima <ana@example.com>'],
    ['a quoted name with one', '"Ana\u00a0Lima" <ana@example.com>'],
    ['an encoded name', '=?utf-8?q?Ana?= <ana@example.com>'],
    ['a name that is encoded and has a comma', '=?utf-8?q?Lima=2C_Ana?= <ana@example.com>'],
    ['an international domain', 'ana@müller.example'],
    ['the same decomposed', 'ana@mu\u0308ller.example'],
    ['signs that begin an encoded word', 'a=?b@x.example'],
  ])('%s', (_, value) => {
    expect(parseAddressList(value)).toEqual({ addresses: [expect.stringMatching(/^[^@<>]+@[^@<>]+$/)] });
  });

  test.each([{ to: 'Ana\u00a0Lima <ana@example.com>' }, { to: { name: 'Ana\u00a0Lima', address: 'ana@example.com' } }])(
    '%j is sent as ever',
    async (message) => {
      expect(await endOf(message)).toBe('EAUTH not-sent');
    },
  );
});
