import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { SendMailOptions } from 'nodemailer';
import { afterAll, describe, expect, it } from 'vitest';
import { maxUpload } from '../../src/message/large/limits.js';
import type { GraphPreflightOptions } from '../../src/preflight/options.js';
import {
  discard,
  findingOf,
  kindsOf,
  type Message,
  mailbox,
  newest,
  plain,
  preflighted,
  entryOf as reportedOf,
} from './support.js';

const folder = mkdtempSync(path.join(tmpdir(), 'preflight-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of that many bytes, which take no room. */
function sparse(name: string, bytes: number): { path: string } {
  const file = path.join(folder, name);
  writeFileSync(file, '');
  truncateSync(file, bytes);
  return { path: file };
}

/** What is reported about a message that nobody reads. */
const entryOf = (message: Message, options: Partial<GraphPreflightOptions> = {}) =>
  reportedOf(message, options, discard);

const upload = { largeMessages: 'upload' } as const;
const heavy = (bytes = 3_000_000) => ({ filename: 'heavy.bin', content: Buffer.alloc(bytes) });
const large: Message = { ...plain, attachments: [{ filename: 'light.txt', content: 'light' }, heavy()] };

describe('a mail that fits into no request', () => {
  it('is sent in parts where the transport uploads', async () => {
    const entry = await entryOf(large, upload);
    expect(kindsOf(entry)).toEqual(['sent-in-parts']);
    expect(entry.verdict).toBe('changed');
    expect(findingOf(entry, 'sent-in-parts')).toEqual({
      kind: 'sent-in-parts',
      severity: 'changed',
      message: expect.stringMatching(
        /too large for one request: about 5,\d+,\d+ bytes of request, where 4,000,000 fit\..*as a draft.*uploaded: 'heavy\.bin' 3,000,000 bytes\..*MIME structure.*Content-Description.*Mail\.ReadWrite/,
      ),
      mime: entry.size,
      request: expect.any(Number),
      uploaded: [{ name: "'heavy.bin'", size: 3_000_000 }],
    });
  });

  it('is refused where it does not, and told that it could', async () => {
    const entry = await entryOf(large);
    expect(kindsOf(entry)).toEqual(['too-large']);
    expect(findingOf(entry, 'too-large').message).toMatch(/largeMessages: 'upload'\.$/);
    const whole = await entryOf({ ...plain, text: 'x'.repeat(4_000_000) });
    expect(findingOf(whole, 'too-large').message).not.toContain('upload');
  });

  it('may say for itself what becomes of it', async () => {
    expect(kindsOf(await entryOf({ ...large, graph: upload }))).toEqual(['sent-in-parts']);
    expect(kindsOf(await entryOf({ ...large, graph: { largeMessages: 'reject' } }, upload))).toEqual(['too-large']);
    expect(kindsOf(await entryOf({ ...large, graph: { largeMessages: undefined } }, upload))).toEqual([
      'sent-in-parts',
    ]);
  });

  it.each([['upload'], [null], [{ largeMessages: 'split' }], [{ largemessages: 'upload' }]])(
    'is told as the options say where its own graph is %j, which is refused',
    async (graph) => {
      expect(kindsOf(await entryOf({ ...large, graph: graph as never }))).toEqual(['mailbox-refused', 'too-large']);
      expect(kindsOf(await entryOf({ ...large, graph: graph as never }, upload))).toEqual([
        'mailbox-refused',
        'sent-in-parts',
      ]);
    },
  );

  it('is taken apart only as far as it needs, the largest attachments first', async () => {
    const attachments = [900_000, 800_000, 1_000_000].map((size) => ({
      filename: `${size}`,
      content: 'x'.repeat(size),
    }));
    const found = findingOf(await entryOf({ ...plain, attachments }, upload), 'sent-in-parts');
    expect(found.uploaded).toEqual([{ name: "'1000000'", size: 1_000_000 }]);
  });

  it('is reported with five of its attachments in words, and all in data', async () => {
    const attachments = [1, 2, 3, 4, 5, 6, 7].map((n) => ({ filename: `${n}`, content: Buffer.alloc(9_000) }));
    const found = findingOf(
      await entryOf({ ...plain, attachments }, { ...upload, maxRequestSize: 4_000 }),
      'sent-in-parts',
    );
    expect(found.uploaded).toHaveLength(7);
    expect(found.message).toContain("'5' 9,000 bytes, and 2 more.");
  });

  it('may have files, which are not read', async () => {
    const attachments = [sparse('most.iso', maxUpload)];
    const found = findingOf(await entryOf({ ...plain, attachments }, upload), 'sent-in-parts');
    expect(found.uploaded).toEqual([{ name: "'most.iso'", size: maxUpload }]);
    expect(found.message).toContain('only about 112 MB of files fit');
  });

  it('is not checked wholly where a part has no known size', async () => {
    const attachments = [heavy(), { filename: 'a.bin', content: Readable.from(['x']) }];
    const entry = await entryOf({ ...plain, attachments }, upload);
    expect(kindsOf(entry)).toEqual(['sent-in-parts', 'size-unknown']);
    expect(findingOf(entry, 'size-unknown').message).toMatch(/'a\.bin'.*are uploaded, 157,286,400 bytes together/);
  });

  it('is called so in the summary', async () => {
    const { transporter, preflight } = preflighted(upload, discard);
    await transporter.sendMail(large);
    expect(preflight.summary()).toMatchObject({ changed: 1, byKind: { 'sent-in-parts': { severity: 'changed' } } });
  });

  it('keeps nothing of the message in its entry', async () => {
    for (const one of [large, { ...plain, text: 'x'.repeat(4_000_000) }]) {
      const entry = await entryOf(one, upload);
      expect(JSON.stringify(entry).length).toBeLessThan(2_000);
    }
  });
});

describe('a mail that fits', () => {
  it('is clean with or without uploads', async () => {
    for (const message of [plain, { ...plain, attachments: [heavy(2_000_000)] }])
      expect(await entryOf(message, upload)).toMatchObject({ verdict: 'clean', findings: [] });
  });

  it('is said to do so only nearly, as ever', async () => {
    const attachments = [heavy(2_150_000)];
    expect(kindsOf(await entryOf({ ...plain, attachments }, upload))).toEqual(['nearly-too-large']);
  });

  it('remains unchecked where a part has no known size', async () => {
    const attachments = [{ filename: 'a.bin', content: Readable.from(['x']) }];
    expect(await entryOf({ ...plain, attachments }, upload)).toMatchObject({
      verdict: 'unchecked',
      findings: [{ kind: 'size-unknown', message: expect.stringContaining('About 2.2 MB') }],
    });
  });
});

describe('what uploads do not help', () => {
  const dkim = { domainName: 'contoso.example', keySelector: 's', privateKey: 'x' };
  const eml = { filename: 'm.eml', contentType: 'message/rfc822', content: `Subject: x\n\n${'x\n'.repeat(1_500_000)}` };

  it.each<[string, Message, RegExp]>([
    [
      'a raw message',
      { raw: `From: ${mailbox}\r\nTo: ana@example.com\r\n\r\n${'x\r\n'.repeat(1_200_000)}` },
      /cannot be sent in parts: it was given as raw\. Give text/,
    ],
    ['a message that brings its DKIM', { ...large, dkim }, /cannot be sent in parts: it is signed with DKIM/],
    ['a part given as raw', { ...plain, attachments: [heavy(), { raw: 'X: y\r\n\r\nz' }] }, /one of its parts was/],
    ['an attached message', { ...plain, attachments: [eml] }, /its attachment m\.eml is a message/],
    ['a long text', { ...plain, text: 'x'.repeat(4_000_000), attachments: [heavy()] }, /even without its attachments/],
    [
      'one file of too many bytes',
      { ...plain, attachments: [sparse('a.iso', maxUpload + 1)] },
      /a\.iso has 157,286,401/,
    ],
    [
      'files of too many bytes together',
      { ...plain, attachments: ['b', 'c', 'd'].map((name) => sparse(name, maxUpload / 3 + 1)) },
      /attachments have together more than the 157,286,400 bytes/,
    ],
  ])('is refused with the reason: %s', async (_name, message, reason) => {
    const entry = await entryOf(message, upload);
    expect(entry.verdict).toBe('refused');
    expect(findingOf(entry, 'too-large')).toMatchObject({ severity: 'refused', mime: entry.size });
    expect(findingOf(entry, 'too-large').message).toMatch(reason);
    expect(findingOf(entry, 'too-large').message).toMatch(/\. The message takes about [\d,]+ bytes of request/);
  });

  it('includes plugins that rewrite the message', async () => {
    const { preflight, entries } = preflighted(upload);
    const transporter = newest.nodemailer.createTransport(discard);
    const rewriting = (mail: { message: { transform(make: unknown): void } }, done: () => void) => {
      mail.message.transform(() => new PassThrough());
      done();
    };
    await transporter
      .use('stream', rewriting as never)
      .use('stream', preflight)
      .sendMail(large as SendMailOptions);
    expect(entries.map(kindsOf)).toEqual([['too-large']]);
    expect(entries[0]?.findings[0]?.message).toContain('a plugin changes its bytes');
  });

  it("does not include the DKIM of today's transporter, which stays behind", async () => {
    const { transporter, entries } = preflighted(upload, { streamTransport: true, dkim });
    await transporter.sendMail(large).catch(() => {});
    expect(entries.map(kindsOf)).toEqual([['dkim', 'sent-in-parts']]);
  });
});
