import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGraphMailError } from '../../src/common/errors.js';
import { composeBody } from '../../src/message/body.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { settleOptions } from '../../src/options/check-options.js';
import type { PreflightEntry } from '../../src/preflight/finding.js';
import { graphPreflight } from '../../src/preflight/preflight.js';
import { baseOptions, forAWhile } from '../helpers/fixtures.js';
import { findingOf, kindsOf, type Message, mailbox, newest, nodemailers, plain } from './support.js';

/** 30,000 bytes of MIME fit, and so a file of about 21,000. */
const maxRequestSize = 40_000;
const settings = settleOptions({ ...baseOptions, mailbox, maxRequestSize, largeMessages: 'upload' }, {});

/** What the transport makes of a mail: the sizes of what it would upload, or why it refuses. */
type Outcome = { uploaded: number[] } | { refusal: string };

/** The preflight's entry for each limit, and what becomes of the same mail in the transport itself. */
async function both({ nodemailer }: Pick<typeof newest, 'nodemailer'>, message: Message, limits = [maxRequestSize]) {
  const entries: PreflightEntry[] = [];
  let outcome: Outcome | undefined;
  const compose = async (mail: Parameters<typeof composeBody>[0]): Promise<Outcome> => {
    try {
      const { heavy, release } = await composeBody(mail, await prepareMessage(mail, settings), settings);
      await release();
      return { uploaded: heavy.map(({ size }) => size) };
    } catch (error) {
      if (!isGraphMailError(error)) throw error;
      return { refusal: error.message };
    }
  };
  const transporter = nodemailer.createTransport({
    name: 'Composer',
    version: '1',
    send(mail: never, callback: (error: unknown, info?: object) => void) {
      compose(mail).then((composed) => {
        outcome = composed;
        callback(null, {});
      }, callback);
    },
  });
  for (const limit of limits) {
    const report = (entry: PreflightEntry) => void entries.push(entry);
    transporter.use('stream', graphPreflight({ mailbox, largeMessages: 'upload', maxRequestSize: limit, report }));
  }
  await transporter.sendMail(message);
  return { entries, entry: entries[0] as PreflightEntry, outcome: outcome as Outcome };
}

const bytes = (size: number) => Buffer.alloc(size, 7);
const file = (size: number, more: object = {}) => ({ filename: `${size}.bin`, content: bytes(size), ...more });
const eml = (size: number) => ({
  filename: 'm.eml',
  contentType: 'message/rfc822',
  content: `Subject: x\n\n${'x\n'.repeat(size / 2)}`,
});

describe.each(nodemailers)('with $name', (edition) => {
  it.each<[string, Message]>([
    ['one attachment', { ...plain, attachments: [file(60_000)] }],
    ['some of several', { ...plain, attachments: [file(5_000), file(9_000), file(12_000), file(40_000)] }],
    ['an attachment alone', { ...plain, text: undefined, attachments: [file(60_000)] }],
    ['attachments alone', { ...plain, text: undefined, attachments: [file(60_000), file(50_000)] }],
    [
      'an inline image',
      { ...plain, html: '<img src="cid:a">', attachments: [file(60_000, { cid: 'a', contentType: 'image/png' })] },
    ],
    ['what stands beside an attached message', { ...plain, attachments: [eml(12_000), file(14_000)] }],
    ['a file', { ...plain, html: '<p>x</p>', attachments: [{ path: 'package-lock.json' }] }],
    ['an invitation', { ...plain, icalEvent: { content: 'x'.repeat(18_000) }, attachments: [file(60_000)] }],
  ])('what is called sent in parts is: %s', async (_name, message) => {
    const { entry, outcome } = await both(edition, message);
    const { uploaded } = findingOf(entry, 'sent-in-parts');
    expect(outcome).toEqual({ uploaded: expect.arrayContaining(uploaded.map(({ size }) => size)) });
    expect('uploaded' in outcome && outcome.uploaded).toHaveLength(uploaded.length);
  });

  it.each<[string, Message]>([
    ['a long text', { ...plain, text: 'x'.repeat(40_000), attachments: [file(1_000)] }],
    ['a long alternative', { ...plain, alternatives: [{ contentType: 'text/calendar', content: 'x'.repeat(40_000) }] }],
    ['an attached message', { ...plain, attachments: [eml(40_000), file(1_000)] }],
    ['a transfer encoding', { ...plain, attachments: [file(60_000, { contentTransferEncoding: 'x-uuencode' })] }],
    ['a ready-made part', { ...plain, attachments: [file(60_000), { raw: 'X: y\r\n\r\nz' }] }],
    ['an attached multipart', { ...plain, attachments: [file(60_000, { contentType: 'multipart/mixed' })] }],
    ['S/MIME', { ...plain, text: undefined, attachments: [file(60_000, { contentType: 'application/pkcs7-mime' })] }],
    ['a raw message', { raw: `From: ${mailbox}\r\nTo: ana@example.com\r\n\r\n${'x\r\n'.repeat(20_000)}` }],
    [
      'DKIM',
      { ...plain, attachments: [file(60_000)], dkim: { domainName: 'a.example', keySelector: 's', privateKey: 'x' } },
    ],
  ])('what is called too large is refused, in the same words: %s', async (_name, message) => {
    const { entry, outcome } = await both(edition, message);
    if (!('refusal' in outcome)) throw new Error('The transport would send it.');
    expect(findingOf(entry, 'too-large').message.startsWith(outcome.refusal)).toBe(true);
  });

  it.each<[string, Message]>([
    ['of one part', plain],
    ['with attachments', { ...plain, attachments: [file(9_000), file(10_000)] }],
  ])('what is called clean goes in one request: a message %s', async (_name, message) => {
    const { entry, outcome } = await both(edition, message);
    expect(entry.verdict).toBe('clean');
    expect(outcome).toEqual({ uploaded: [] });
  });
});

const size = fc.integer({ min: 0, max: 30_000 });
const anyAttachment = fc.oneof(
  { arbitrary: size.map((one) => file(one)), weight: 6 },
  { arbitrary: size.map((one) => file(one, { cid: `${one}`, contentType: 'image/png' })), weight: 2 },
  { arbitrary: size.map(eml), weight: 1 },
);
const anyMessage = fc.record({
  text: fc.oneof(
    { arbitrary: size.map((one) => 'x'.repeat(one)), weight: 1 },
    { arbitrary: fc.constant('x'), weight: 4 },
  ),
  html: fc.option(
    size.map((one) => `<p>${'x'.repeat(one)}`),
    { nil: undefined, freq: 1 },
  ),
  attachments: fc.array(anyAttachment, { maxLength: 6 }),
});

it('says of any message what the transport does with it', async () => {
  const said = (entry: PreflightEntry | undefined) => {
    const found = entry?.findings.find(({ kind }) => kind === 'sent-in-parts' || kind === 'too-large');
    if (found?.kind === 'sent-in-parts') return found.uploaded.map((part) => part.size);
    return found ? 'refused' : [];
  };
  await fc.assert(
    fc.asyncProperty(anyMessage, async (content) => {
      // Estimates are good to a few bytes, so that only what a little more or less room would not change can be compared.
      const limits = [maxRequestSize, maxRequestSize - 600, maxRequestSize + 600];
      const { entries, entry, outcome } = await both(newest, { ...plain, ...content }, limits);
      const [about, less, more] = entries.map((one) => JSON.stringify(said(one)));
      fc.pre(about === less && about === more);
      const expected = said(entry);
      const done = 'refusal' in outcome ? 'refused' : outcome.uploaded.toSorted((a, b) => b - a);
      expect({ done, kinds: kindsOf(entry), outcome }).toMatchObject({ done: expected });
    }),
    { ...forAWhile(), maxSkipsPerRun: 1_000 },
  );
});
