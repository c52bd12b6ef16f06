import { createRequire } from 'node:module';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ComposedNode } from '../../../src/message/common/types.js';
import { composeMime } from '../../../src/message/compose/compose.js';
import { tooLarge } from '../../../src/message/compose/nodemailer-streams.js';
import { failureOf } from '../../helpers/failure.js';
import { baseOptions, forAWhile } from '../../helpers/fixtures.js';
import { anyMail, anyText, anyTree, type GeneratedNode } from '../../helpers/generated-mail.js';

interface Node extends ComposedNode {
  childNodes: Node[];
  createChild(type?: string, options?: object): Node;
  addHeader(headers: object): Node;
  setHeader(key: string, value: unknown): Node;
  setContent(content: unknown): Node;
  setRaw(raw: unknown): Node;
  appendChild(node: Node): Node;
  transform(stream: Transform): void;
  processFunc(process: (input: Readable) => Readable): void;
  newline?: string;
  stream(...args: unknown[]): void;
}
interface Nodemailer {
  version: string;
  MimeNode: { new (type?: string | false, options?: object): Node; prototype: Node };
  MailComposer: new (mail: object) => { compile(): Node };
}

/** Every major of Nodemailer, with the classes that its own package does not export in all of them. */
const nodemailers = ['nodemailer7', 'nodemailer8', 'nodemailer9', 'nodemailer'].map((name): Nodemailer => {
  const require = createRequire(import.meta.url);
  const { version } = require(`${name}/package.json`) as { version: string };
  const lib = path.dirname(require.resolve(name));
  return { version, MimeNode: require(`${lib}/mime-node`), MailComposer: require(`${lib}/mail-composer`) };
});

const limits = { maxSize: 10_000_000, timeout: 5_000 };
const fixed = { date: new Date(Date.UTC(2026, 10, 23, 10)), messageId: '<fixed@contoso.com>', baseBoundary: 'fixed' };
const addressed = { from: baseOptions.mailbox, to: 'ana@example.com', bcc: 'bob@example.com', subject: 'Hello' };

const mailOf = ({ MailComposer }: Nodemailer, mail: object) =>
  new MailComposer({ ...addressed, ...mail, ...fixed }).compile();

/** What Nodemailer's own streams give. */
function streamed(node: Node): Promise<Buffer> {
  node.keepBcc = true;
  return buffer(node.createReadStream());
}

/** Fails with text that can be read; comparing buffers prints every byte. */
function expectSame(composed: Buffer | typeof tooLarge, expected: Buffer): void {
  if (composed !== tooLarge && composed.equals(expected)) return;
  expect(composed === tooLarge ? composed : composed.toString('latin1')).toBe(expected.toString('latin1'));
}

/** Composes both ways, and the same message both ways one after the other where Nodemailer itself gives the same again. */
async function expectEqual(make: () => Node): Promise<void> {
  const [first, second] = [make(), make()];
  const composed = await composeMime(first, limits);
  const expected = await streamed(second);
  expectSame(composed, expected);
  if (!(await streamed(second)).equals(expected)) return;
  expectSame(await composeMime(second, limits), expected);
  expectSame(expected, await streamed(first));
}

/** Who wrote a message: we alone, we but for some parts, or Nodemailer. */
type Writer = 'we' | 'both' | 'nodemailer';

async function writerOf({ MimeNode }: Nodemailer, node: Node): Promise<Writer> {
  const whole = vi.spyOn(MimeNode.prototype, 'createReadStream');
  const part = vi.spyOn(MimeNode.prototype, 'stream');
  await composeMime(node, limits);
  const writer = whole.mock.calls.length > 0 ? 'nodemailer' : part.mock.calls.length > 0 ? 'both' : 'we';
  vi.restoreAllMocks();
  return writer;
}

afterEach(() => {
  vi.restoreAllMocks();
});

const bytes = (length: number, start = 0) => Buffer.from(Array.from({ length }, (_, i) => (i * 7 + start) % 256));
const pdf = (length: number) => ({ filename: 'report.pdf', content: bytes(length) });
const longLine = `<p>${'Lorem ipsum dolor sit amet, '.repeat(20)}</p>`;
const calendar = 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n';

const mails: [string, Writer, object][] = [
  ['a plain text', 'we', { text: 'Hello Ana\n' }],
  ['a text that ends without a line end', 'we', { text: 'Hello' }],
  ['a text that ends with a carriage return', 'we', { text: 'Hello\r' }],
  ['every line end there is', 'we', { text: 'a\r\nb\nc\rd\n\re\r\n\r\n' }],
  ['lines with dots', 'we', { text: '.\n..\nFrom me\n' }],
  ['control characters', 'we', { text: 'a\0b\x07c\x7f' }],
  ['no text', 'we', {}],
  ['an empty text', 'we', { text: '' }],
  ['a space as text', 'we', { text: ' ' }],
  ['a text and HTML', 'we', { text: 'Hello', html: '<p>Hello</p>' }],
  ['HTML alone', 'we', { html: '<p>Hello</p>' }],
  ['HTML in one long line', 'we', { text: 'Hello', html: longLine }],
  ['a text of 76 characters a line', 'we', { text: `${'x'.repeat(76)}\n${'y'.repeat(77)}` }],
  ['an unbroken line', 'we', { text: 'x'.repeat(2_000) }],
  ['Latin text beyond ASCII', 'we', { text: 'Grüße an Jürgen'.repeat(30) }],
  ['text beyond ASCII that ends with a space', 'both', { text: `${'Grüße '.repeat(60)}` }],
  ['text beyond ASCII of more than 64 KiB', 'both', { text: 'Grüße.'.repeat(10_000) }],
  ['Cyrillic text, in base64', 'we', { text: 'Привет'.repeat(60) }],
  ['Japanese text', 'we', { text: '例え。'.repeat(40) }],
  ['emoji', 'we', { text: 'Hello Ana, well done '.concat('😀'.repeat(40)) }],
  ['lone surrogates', 'we', { text: 'Hello Ana \ud800 \udc00!', subject: '\ud83d' }],
  ['textEncoding base64', 'we', { text: 'Grüße', textEncoding: 'base64', subject: 'Grüße' }],
  ['textEncoding quoted-printable', 'we', { text: 'Привет', textEncoding: 'quoted-printable', subject: 'Привет' }],
  ['encoding base64', 'we', { text: 'Hello'.repeat(20), encoding: 'base64' }],
  ['encoding quoted-printable', 'we', { text: 'Hello = Ana', encoding: 'quoted-printable' }],
  ['encoding 8bit', 'we', { text: 'Grüße', encoding: '8bit' }],
  ['a text as bytes', 'both', { text: Buffer.from('Hello Ana\n') }],
  ['a text in another charset', 'we', { text: { content: '48656c6c6f', encoding: 'hex' }, textEncoding: 'B' }],
  ['an attachment', 'we', { text: 'Hello', attachments: [pdf(400)] }],
  ['an attachment without a text', 'we', { attachments: [pdf(400)] }],
  ['an attachment of no bytes', 'we', { text: 'Hello', attachments: [pdf(0)] }],
  ['an attachment of an empty string', 'we', { text: 'Hello', attachments: [{ filename: 'a.txt', content: '' }] }],
  ['an attachment of text', 'we', { text: 'Hello', attachments: [{ filename: 'a.txt', content: 'Grüße' }] }],
  ['an attachment of base64', 'we', { attachments: [{ filename: 'a', content: 'SGVsbG8=', encoding: 'base64' }] }],
  ['an attachment of hex', 'we', { attachments: [{ filename: 'a', content: '00ff', encoding: 'hex' }] }],
  ['an attachment of other bytes', 'we', { attachments: [{ filename: 'a', content: new Uint8Array(bytes(90)) }] }],
  ['bytes within others', 'we', { attachments: [{ filename: 'a', content: bytes(900).subarray(33, 333) }] }],
  ['an attachment by data URI', 'we', { text: 'Hello', attachments: [{ path: 'data:text/plain;base64,SGVsbG8=' }] }],
  ['three attachments', 'we', { text: 'Hello', html: 'Hello', attachments: [pdf(1), pdf(2), pdf(3)] }],
  ['an attachment that versions encode differently', 'both', { text: 'Hello', attachments: [pdf(114), pdf(400)] }],
  ['names beyond ASCII', 'we', { attachments: [{ filename: 'Übersicht "1"; 例え.pdf', content: bytes(9) }] }],
  ['an attachment without a name', 'we', { text: 'Hello', attachments: [{ filename: false, content: 'x' }] }],
  ['an attachment in 7bit', 'we', { attachments: [{ content: 'a\nb', contentTransferEncoding: '7bit' }] }],
  ['an attachment in binary', 'we', { attachments: [{ content: bytes(300), contentTransferEncoding: 'binary' }] }],
  ['an attachment in BASE64', 'we', { attachments: [{ content: bytes(300), contentTransferEncoding: ' BASE64' }] }],
  [
    'an attachment in quoted-printable',
    'both',
    {
      attachments: [{ content: 'a\nb\r\n', contentType: 'application/x', contentTransferEncoding: 'quoted-printable' }],
    },
  ],
  ['no transfer encoding', 'we', { attachments: [{ content: bytes(300), contentTransferEncoding: false }] }],
  [
    'an attached message',
    'we',
    { text: 'Hello', attachments: [{ contentType: 'message/rfc822', content: 'A: ä\n\nB' }] },
  ],
  ['headers of an attachment', 'we', { attachments: [{ ...pdf(9), headers: { 'X-One': ['a', 'ä'] }, cid: 'a' }] }],
  ['an inline image', 'we', { html: '<img src="cid:a">', attachments: [{ ...pdf(99), cid: 'a' }] }],
  [
    'everything at once',
    'we',
    {
      ...{ text: 'Hello', html: longLine, amp: '<html ⚡4email></html>', watchHtml: '<b>Hello</b>' },
      alternatives: [{ contentType: 'text/x-web-markdown', content: '**Hello**' }],
      icalEvent: { method: 'REQUEST', content: calendar },
      attachments: [{ ...pdf(99), cid: 'a' }, pdf(300)],
    },
  ],
  ['a calendar event', 'we', { text: 'Hello', icalEvent: calendar }],
  ['a calendar event as bytes', 'nodemailer', { text: 'Hello', icalEvent: { content: Buffer.from(calendar) } }],
  ['list headers', 'we', { text: 'Hello', list: { unsubscribe: 'https://contoso.com/u' }, priority: 'high' }],
  ['own headers', 'we', { text: 'Hello', headers: { 'X-Run': 'a\r\nBcc: eve@example.com', 'X-Ä': 'ä' } }],
  ['prepared headers', 'we', { headers: [{ key: 'X-A', value: { prepared: true, value: 'ä \ud800' } }] }],
  ['a second type', 'we', { text: 'Hello', headers: { 'Content-Type': 'text/enriched; charset=x' } }],
  ['a second type of a text', 'both', { text: 'Grüße Ana ', headers: { 'Content-Type': 'text/enriched' } }],
  ['a second type that is no text', 'we', { text: 'Grüße\nAna', headers: { 'Content-Type': 'application/x' } }],
  ['a second type of parts', 'we', { text: 'Hello', html: 'Hello', headers: { 'Content-Type': 'multipart/x' } }],
  ['own header names', 'we', { text: 'Hello', html: 'Hello', normalizeHeaderKey: (key: string) => key.toUpperCase() }],
  ['a boundary of its own', 'we', { text: 'Hello', html: 'Hello', boundaryPrefix: '=_' }],
  ['recipients of every kind', 'we', { text: 'Hello', cc: ['"A, B" <a@müller.example>', 'g: c@x.example;'] }],
  ['Windows line ends', 'nodemailer', { text: 'a\nb', newline: 'windows' }],
  ['Unix line ends', 'nodemailer', { text: 'a\r\nb', newline: 'unix' }],
  ['raw MIME', 'nodemailer', { raw: 'From: a@example.com\n\nHello' }],
  ['an alternative of raw MIME', 'nodemailer', { text: 'a', alternatives: [{ raw: 'Content-Type: text/x\n\nb' }] }],
];

describe.each(nodemailers)('as Nodemailer $version streams it', (nodemailer) => {
  test.each(mails)('%s', async (_, writer, mail) => {
    const copy = () => structuredCloneOf(mail);
    await expectEqual(() => mailOf(nodemailer, copy()));
    expect(await writerOf(nodemailer, mailOf(nodemailer, copy()))).toBe(writer);
  });

  test('a file', async () => {
    const mail = () => ({ text: 'Hello', attachments: [{ path: import.meta.filename }] });
    await expectEqual(() => mailOf(nodemailer, mail()));
    expect(await writerOf(nodemailer, mailOf(nodemailer, mail()))).toBe('nodemailer');
  });

  test('a stream', async () => {
    const mail = () =>
      mailOf(nodemailer, { text: 'Hello', attachments: [{ filename: 'a', content: Readable.from([bytes(99)]) }] });
    expectSame(await composeMime(mail(), limits), await streamed(mail()));
    expect(await writerOf(nodemailer, mail())).toBe('nodemailer');
  });

  test('a message with the Date, Message-ID and boundaries that Nodemailer makes up', async () => {
    const node = new nodemailer.MailComposer({ ...addressed, text: 'Hello', html: 'Hello' }).compile();
    expectSame(await composeMime(node, limits), await streamed(node));
  });

  test.each<[string, (node: Node) => void]>([
    ['transform', (node) => node.transform(new Transform({ transform: (chunk, _, done) => done(null, chunk) }))],
    ['process', (node) => node.processFunc((input) => input)],
    ['give a message another createReadStream()', (node) => Object.assign(node, { createReadStream: ownRead })],
    ['give a part another stream()', (node) => Object.assign(node.childNodes[0] ?? {}, { stream: ownStream })],
    ['give bytes a path', (node) => node.childNodes[1]?.setContent(Object.assign(bytes(9), { path: '/dev/null' }))],
    ['give bytes a copy', (node) => node.childNodes[1]?.setContent(Object.assign(bytes(9), { _resolvedValue: 'x' }))],
  ])('whatever plugins do: %s', async (_, plugin) => {
    const make = () => {
      const node = mailOf(nodemailer, { text: 'Hello', html: 'Hello' });
      plugin(node);
      return node;
    };
    expectSame(await composeMime(make(), limits), await streamed(make()));
    if (!Object.hasOwn(make(), 'createReadStream')) expect(await writerOf(nodemailer, make())).toBe('nodemailer');
  });

  test('a class that changes something', async () => {
    class Shouting extends nodemailer.MimeNode {
      override stream(output: { write(text: string): void }, ...rest: unknown[]) {
        output.write('X-First: 1\r\n');
        return super.stream(output, ...rest);
      }
    }
    const make = () => new Shouting('text/plain').setHeader('Message-ID', '<a@b>').setHeader('Date', 'x');
    const composed = await composeMime(make(), limits);
    expectSame(composed, await streamed(make()));
    expect(String(composed)).toMatch(/^X-First: 1\r\n/);
  });

  test('every size about which lines and parts of base64 end', async () => {
    const multiples = [...Array(12).keys(), 1023, 1024, 1025, 2048, 16 * 1024, 20_000].map((lines) => lines * 57);
    const parts = [48 * 1024, 64 * 1024, 1_200_000];
    const near = [...multiples, ...parts].flatMap((size) => [-3, -2, -1, 0, 1, 2, 3].map((more) => size + more));
    for (const size of new Set([...Array(201).keys(), ...near])) {
      if (size < 0) continue;
      await expectEqual(() => rootOf(nodemailer, 'application/pdf').setContent(Buffer.alloc(size, size || 1)));
    }
  });

  test('bytes of more than a megabyte between texts', async () => {
    const attachments = [pdf(1_500_001), { filename: 'a.txt', content: 'ä'.repeat(90_000) }];
    await expectEqual(() => mailOf(nodemailer, { text: longLine, html: 'ä'.repeat(70_000), attachments }));
  });

  test('any mail', async () => {
    const check = (mail: object) => expectEqual(() => mailOf(nodemailer, structuredCloneOf(mail)));
    await searched(anyMail, check);
  }, 10_000);

  test('any tree of parts', async () => {
    const check = (tree: GeneratedNode) => expectEqual(() => grown(rootOf(nodemailer, tree.type), tree));
    await searched(anyTree, check);
  }, 10_000);

  test('any text in quoted-printable', async () => {
    const piece = fc.constantFrom('a', 'ä', '€', '😀', ' ', '\t', '.', '=', '\n', '\r\n', '\r', 'x'.repeat(20), '=3D');
    const text = fc.oneof(
      fc.array(piece, { maxLength: 120 }).map((pieces) => pieces.join('')),
      fc.tuple(piece, piece, fc.nat(150), fc.nat(3)).map(([a, b, n, m]) => `${b.repeat(m)}${a.repeat(n)}${b}.`),
      anyText(300),
    );
    await searched(text, (content) =>
      expectEqual(() =>
        rootOf(nodemailer, 'text/html').setHeader('Content-Transfer-Encoding', 'quoted-printable').setContent(content),
      ),
    );
  }, 10_000);

  test('up to exactly maxSize bytes', async () => {
    const make = () => mailOf(nodemailer, { text: 'Hello', attachments: [pdf(500)] });
    const { length } = await streamed(make());
    expect(await composeMime(make(), { ...limits, maxSize: length })).toHaveLength(length);
    expect(await composeMime(make(), { ...limits, maxSize: length - 1 })).toBe(tooLarge);
    const open = () => mailOf(nodemailer, { text: 'Hello' });
    const all = (await streamed(open())).length;
    expect(await composeMime(open(), { ...limits, maxSize: all })).toHaveLength(all);
    expect(await composeMime(open(), { ...limits, maxSize: all - 1 })).toBe(tooLarge);
  });

  test.each([
    ['an attachment', { attachments: [pdf(100_001)] }],
    ['what is left to Nodemailer', { text: 'Grüße '.repeat(2_000), attachments: [pdf(57 * 2_000)] }],
  ])('nothing is written when too large: %s', async (_, mail) => {
    const node = mailOf(nodemailer, mail);
    const written = vi.spyOn(nodemailer.MimeNode.prototype, 'stream');
    const allocated = vi.spyOn(Buffer, 'allocUnsafe');
    expect(await composeMime(node, { ...limits, maxSize: 10_000 })).toBe(tooLarge);
    expect(written).not.toHaveBeenCalled();
    expect(Math.max(0, ...allocated.mock.calls.map(([size]) => size))).toBeLessThan(10_000);
  });

  test.each([[{ text: 'Hello' }], [{ text: 'Grüße ' }]])('unless aborted: %o', async (mail) => {
    const aborted = composeMime(mailOf(nodemailer, mail), { ...limits, signal: AbortSignal.abort('not wanted') });
    expect(await failureOf(aborted)).toMatchObject({ code: 'EABORT', outcome: 'not-sent', cause: 'not wanted' });
    const controller = new AbortController();
    const failed = failureOf(composeMime(mailOf(nodemailer, mail), { ...limits, signal: controller.signal }));
    controller.abort();
    expect(await failed).toMatchObject({ code: 'EABORT' });
  });

  test.each([
    ['the message', 'Subject'],
    ['a part', 'Content-Disposition'],
  ])('unless the header of %s cannot be built, which is ESTREAM', async (_, name) => {
    const normalizeHeaderKey = (key: string) => {
      if (key === name) throw new Error('no such header');
      return key;
    };
    const node = mailOf(nodemailer, { text: 'Hello', attachments: [pdf(9)], normalizeHeaderKey });
    expect(await failureOf(composeMime(node, limits))).toMatchObject({ code: 'ESTREAM', outcome: 'not-sent' });
  });
});

test('parts of several versions in one message', async () => {
  const make = () => {
    const [first, ...others] = nodemailers as [Nodemailer, ...Nodemailer[]];
    const root = rootOf(first, 'multipart/mixed');
    for (const { MimeNode } of others) root.appendChild(new MimeNode('application/pdf').setContent(bytes(171)));
    return root;
  };
  await expectEqual(make);
});

function rootOf({ MimeNode }: Nodemailer, type: string | undefined): Node {
  return new MimeNode(type, { baseBoundary: 'fixed' }).addHeader({ 'Message-ID': '<a@b>', Date: 'Mon', Bcc: 'b@c.d' });
}

function grown(node: Node, { encoding, content, headers, children }: GeneratedNode): Node {
  if (encoding) node.setHeader('Content-Transfer-Encoding', encoding);
  for (const [name, value] of headers) node.setHeader(name, value);
  if (content !== undefined) node.setContent(content);
  for (const child of children) grown(node.createChild(child.type, { filename: child.filename }), child);
  return node;
}

/** Nodemailer changes what it is given; functions cannot be cloned, and need not be. */
function structuredCloneOf(mail: object): object {
  return Object.fromEntries(
    Object.entries(mail).map(([key, value]) => [key, typeof value === 'function' ? value : cloneOf(value)]),
  );
}

function cloneOf(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(cloneOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cloneOf(member)]));
}

/** Searches for a while; the time limit stops in the middle of a check, which must not go on into the next test. */
async function searched<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => Promise<void>): Promise<void> {
  let last = Promise.resolve();
  const checkNext = (value: T) => {
    last = check(value);
    return last;
  };
  await fc.assert(fc.asyncProperty(arbitrary, checkNext), forAWhile(700));
  await last;
}

function ownRead(): Readable {
  return Readable.from([Buffer.from('A: b\r\n\r\n')]);
}

function ownStream(output: NodeJS.WritableStream, _options: object, done: () => void): void {
  output.write('X-Own: 1\r\n\r\nown');
  done();
}
