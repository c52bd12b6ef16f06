import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { forAWhile } from '../helpers/fixtures.js';
import { type Edition, editions, type Mailer, type Message } from './support.js';

// What is wrong with a message must be told as ours and before anything is sent, whatever Nodemailer's version makes of it.
// An exception that nobody catches ends the test run.

const majors = editions.filter(({ build }) => build === 'ESM');

/** Nothing that is wrong gets as far as a token. */
function open({ graphTransport, createTransport }: Edition, options: object = {}): Mailer {
  const getToken = () => Promise.reject(new Error('asked for a token'));
  const transport = graphTransport({ mailbox: 'noreply@contoso.example', getToken, maxRetries: 0, ...options });
  onTestFinished(() => transport.close());
  return createTransport(transport);
}

const plain: Message = { from: 'noreply@contoso.example', to: 'ana@example.com', subject: 'Hello', text: 'Hello' };

/** How a send ends, in a word; `sendMail` that throws is not an end. */
async function endOf({ isGraphMailError }: Edition, transporter: Mailer, message: object): Promise<string> {
  let sending: Promise<unknown>;
  try {
    sending = transporter.sendMail({ ...plain, ...message } as Message);
  } catch (error) {
    return `threw ${(error as Error).stack}`;
  }
  return sending.then(
    () => 'sent',
    (error: unknown) => (isGraphMailError(error) ? `${error.code} ${error.outcome}` : `bare ${String(error)}`),
  );
}

const failing = () => {
  throw new Error('no');
};
const unreadable = () => new Proxy({}, { get: failing, has: failing, ownKeys: failing });

/** Content that no version can read, or reads as something else. */
const badContent: Record<string, () => unknown> = {
  'a path with a NUL': () => ({ path: 'a\0b' }),
  'a path that is a number': () => ({ path: 3 }),
  'a path that is true': () => ({ path: true }),
  'a path that is an object': () => ({ path: {} }),
  'a path that is an array': () => ({ path: ['a'] }),
  'a path that is bytes': () => ({ path: Buffer.from('a') }),
  'a path that is a URL object': () => ({ path: new URL('http://127.0.0.1:9/') }),
  'a path that is a file URL object': () => ({ path: pathToFileURL('/a') }),
  'a path that is a symbol': () => ({ path: Symbol('a') }),
  'an http path that is no URL': () => ({ path: 'http://[' }),
  'a data path without data': () => ({ path: 'data:' }),
  'an href that is no URL': () => ({ href: 'no url' }),
  'an href without a host': () => ({ href: 'http://' }),
  'an href with half an IPv6 address': () => ({ href: 'http://[' }),
  'an href with a broken escape': () => ({ href: 'http://%@127.0.0.1:9/' }),
  'an href without slashes': () => ({ href: 'http:127.0.0.1:9' }),
  'an href to a file': () => ({ href: 'file:///etc/hostname' }),
  'an href that is a URL object': () => ({ href: new URL('http://127.0.0.1:9/') }),
  'an href that is a number': () => ({ href: 3 }),
  'content that is a number': () => ({ content: 3 }),
  'content that is an array': () => ({ content: ['a'] }),
  'content that is a function': () => ({ content() {} }),
  'content that is a symbol': () => ({ content: Symbol('a') }),
  'content that is an empty object': () => ({ content: {} }),
  'content in content': () => ({ content: { content: 'a' } }),
  'content with a path with a NUL': () => ({ content: { path: 'a\0' } }),
  'content with an href that is no URL': () => ({ content: { href: 'http://[' } }),
  'content that can only be piped': () => ({ content: { pipe() {} } }),
  'raw that is a number': () => ({ raw: 3 }),
  'raw that is an array': () => ({ raw: ['a'] }),
  'raw with a path with a NUL': () => ({ raw: { path: 'a\0' } }),
  'raw with an href that is no URL': () => ({ raw: { href: 'http://[' } }),
  'a number': () => 3,
  true: () => true,
  'a symbol': () => Symbol('a'),
  'a function': () => () => {},
  'a bigint': () => 3n,
  'an array in it': () => [[1]],
  'a proxy that throws': unreadable,
  'a getter that throws': () => Object.defineProperty({}, 'path', { enumerable: true, get: failing }),
  'a getter of content that throws': () => Object.defineProperty({}, 'content', { enumerable: true, get: failing }),
};
const fields = ['raw', 'text', 'html', 'watchHtml', 'amp', 'icalEvent', 'alternatives', 'attachments'];

describe.each(majors)('content that nobody can read, $name', (edition) => {
  it.each(fields)('in %s is refused before anything is sent', async (field) => {
    const ends: Record<string, string> = {};
    for (const transporter of [open(edition), open(edition, { attachDataUrls: true })]) {
      for (const [what, make] of Object.entries(badContent)) {
        const value = ['alternatives', 'attachments'].includes(field) ? [make()] : make();
        const end = await endOf(edition, transporter, { [field]: value });
        if (!/^(ESTREAM|EMESSAGE) not-sent$/.test(end)) ends[what] = end;
      }
    }
    expect(ends).toEqual({});
  });

  it('put there by plugins is refused too', async () => {
    const nul = { path: 'a\0b' };
    const transporter = open(edition);
    transporter.use('stream', (mail, done) => {
      (mail.message as unknown as { setContent(content: unknown): void }).setContent(nul);
      done();
    });
    expect(await endOf(edition, transporter, {})).toBe('ESTREAM not-sent');
    const compiling = open(edition);
    expect(await endOf(edition, compiling, {})).toBe('EAUTH not-sent');
    compiling.use('compile', (mail, done) => {
      mail.data.attachments = [{ path: 3 as never }];
      setImmediate(done);
    });
    expect(await endOf(edition, compiling, {})).toBe('ESTREAM not-sent');
    const resolving = open(edition);
    resolving.use('compile', (mail, done) => mail.resolveContent(mail.data, 'html', () => done()));
    expect(await endOf(edition, resolving, { html: nul })).toBe('ESTREAM not-sent');
  });

  it('is refused on the first message of a copy that Nodemailer never told of', async () => {
    const { graphTransport, createTransport } = edition;
    const getToken = () => Promise.reject(new Error('asked for a token'));
    const transport = graphTransport({ mailbox: 'noreply@contoso.example', getToken, maxRetries: 0 });
    onTestFinished(() => transport.close());
    for (const content of [{ path: 'a\0' }, { href: 'http://[' }]) {
      const transporter = createTransport({ ...transport } as never) as Mailer;
      expect(await endOf(edition, transporter, { attachments: [{ content }] })).toBe('ESTREAM not-sent');
    }
  });
});

const text = () => ({ toString: failing });
const bare = () => Object.create(null);
const endless = () => {
  const list: unknown[] = [];
  list.push(list);
  return list;
};

/** Other fields with values that Nodemailer's versions throw on. */
const badFields: Record<string, () => object> = {
  'an attachment that is null': () => ({ attachments: [null] }),
  'attachments that are a string': () => ({ attachments: 'a' }),
  'an alternative that is text': () => ({ alternatives: ['a'] }),
  'a file name that is a number': () => ({ attachments: [{ content: 'x', filename: 3 }] }),
  'a cid that is a number': () => ({ attachments: [{ content: 'x', cid: 3 }] }),
  'a content type that is an object': () => ({ attachments: [{ content: 'x', contentType: {} }] }),
  'an encoding that nobody knows': () => ({ attachments: [{ content: 'x', encoding: 'utf-7' }] }),
  'an encoding that nobody knows, beside raw': () => ({
    attachments: [{ raw: 'a: b', content: Buffer.from('x'), encoding: 'utf-7' }],
  }),
  'an encoding that nobody knows, of an invitation in a file': () => ({
    icalEvent: { path: 'invite.ics', encoding: 'utf-7' },
  }),
  'an encoding that is an object': () => ({ html: { content: 'x', encoding: bare() } }),
  'headers of a part with a hole': () => ({ attachments: [{ content: 'x', headers: [null] }] }),
  'headers of an invitation that are text': () => ({ icalEvent: { content: 'x', headers: 'x' } }),
  'a method that is no text': () => ({ icalEvent: { content: 'x', method: bare() } }),
  'httpHeaders that throw': () => ({ attachments: [{ href: 'http://127.0.0.1:9/', httpHeaders: unreadable() }] }),
  'tls that throws': () => ({ attachments: [{ href: 'https://127.0.0.1:9/', tls: unreadable() }] }),
  'a subject that is no text': () => ({ subject: bare() }),
  'a Message-ID that throws': () => ({ messageId: text() }),
  'a reference that is a symbol': () => ({ references: [Symbol('a')] }),
  'a priority that is no text': () => ({ priority: bare() }),
  'a transfer encoding that is no text': () => ({ encoding: bare() }),
  'a text encoding that is no text': () => ({ textEncoding: bare() }),
  'a newline that is no text': () => ({ newline: text() }),
  'a boundary that is a number': () => ({ baseBoundary: 3, html: 'x' }),
  'a boundary prefix that is an object': () => ({ boundaryPrefix: {}, html: 'x' }),
  'headers with a hole': () => ({ headers: [undefined] }),
  'headers that throw': () => ({ headers: unreadable() }),
  'headers without an end': () => ({ headers: { 'X-A': endless() } }),
  'a header that is no text': () => ({ headers: { 'X-A': bare() } }),
  'a list address that is a number': () => ({ list: { help: { url: 3 } } }),
  'a list that throws': () => ({ list: unreadable() }),
  'dkim without a domain': () => ({ dkim: {} }),
  'dkim that is true': () => ({ dkim: true }),
  'dkim with keys that are none': () => ({ dkim: { keys: [null] } }),
  'dkim with a domain that is a number': () => ({ dkim: { domainName: 3, keySelector: 'a', privateKey: 'x' } }),
  'maxRecipients that is an object': () => ({ maxRecipients: bare() }),
};
const badAddresses: Record<string, () => unknown> = {
  'an object without a prototype': bare,
  'a text that throws': text,
  'a proxy that throws': unreadable,
  'a name that is a symbol': () => ({ name: Symbol('a'), address: 'ana@example.com' }),
  'a name that is an object': () => ({ name: {}, address: 'ana@example.com' }),
  'an address that is no text': () => ({ name: '', address: bare() }),
  'a group that is no list': () => ({ name: 'Team', group: [bare()] }),
  'a list without an end': endless,
};

describe.each(majors)('data of a wrong type, $name', (edition) => {
  it.each(Object.keys(badFields))('%s is refused before anything is sent', async (what) => {
    expect(await endOf(edition, open(edition), badFields[what]?.() ?? {})).toBe('EMESSAGE not-sent');
  });

  it.each(['from', 'sender', 'to', 'cc', 'bcc', 'replyTo'])('addresses in %s and its envelope', async (field) => {
    const transporter = open(edition);
    for (const [what, make] of Object.entries(badAddresses)) {
      const messages = [{ [field]: make() }, { envelope: { from: plain.from, to: plain.to, [field]: make() } }];
      for (const message of ['sender', 'replyTo'].includes(field) ? messages.slice(0, 1) : messages) {
        expect(await endOf(edition, transporter, message), what).toMatch(/^E(ENVELOPE|MESSAGE) not-sent$/);
      }
    }
  });

  it('content that is frozen, or made by a class, is sent as ever, and left as it was', async () => {
    class Attachment {
      get filename() {
        return 'a.txt';
      }
      get content() {
        return 'x';
      }
    }
    const message = {
      html: Object.freeze({ content: '<p>x</p>' }),
      icalEvent: Object.freeze({ content: 'x', headers: Object.freeze({}) }),
      attachments: Object.freeze([new Attachment(), Object.freeze({ path: 'data:text/plain,x' })]),
    };
    for (const options of [{}, { attachDataUrls: true }])
      expect(await endOf(edition, open(edition, options), message)).toBe('EAUTH not-sent');
    expect(message.attachments).toEqual([new Attachment(), { path: 'data:text/plain,x' }]);
  });

  it('a function for header names that throws ends its message', async () => {
    for (const name of ['Subject', 'Content-Disposition']) {
      for (const content of ['x', Readable.from(['x'])]) {
        const normalizeHeaderKey = (key: string) => (key === name ? failing() : key);
        expect(await endOf(edition, open(edition, { normalizeHeaderKey }), { attachments: [{ content }] })).toBe(
          'ESTREAM not-sent',
        );
      }
    }
  });
});

describe.each(majors)('whatever a message holds, $name', (edition) => {
  // Made anew for each send, and not before: some of them throw when they are looked at.
  type Make = () => unknown;
  const made = (values: Record<string, Make>): Make => {
    return () => Object.fromEntries(Object.entries(values).map(([name, make]) => [name, make()]));
  };
  const value: fc.Arbitrary<Make> = fc.oneof(
    fc
      .anything({ withBigInt: true, withDate: true, withNullPrototype: true, withTypedArray: true, maxDepth: 2 })
      .map((one) => () => one),
    fc.constantFrom(...Object.values(badContent), ...Object.values(badAddresses)),
    fc.constantFrom('data:,x', 'missing-file', 'a@b.example', '<a@b.example>', 'a\r\nb: c').map((one) => () => one),
  );
  const partNames = [
    'filename',
    'path',
    'href',
    'content',
    'raw',
    'cid',
    'contentType',
    'encoding',
    'headers',
    'method',
  ];
  const part = fc.dictionary(fc.constantFrom(...partNames), value, { maxKeys: 3 }).map(made);
  const list = fc.array(fc.oneof(part, value), { maxLength: 2 }).map((makes) => () => makes.map((make) => make()));
  // Nodemailer itself answers for otp, for signal and for a maxRecipients of the message, in words of its own.
  const names = [...fields, 'from', 'sender', 'to', 'cc', 'bcc', 'replyTo', 'inReplyTo', 'references', 'subject'];
  const more = ['messageId', 'headers', 'envelope', 'list', 'encoding', 'priority', 'xMailer', 'textEncoding', 'dkim'];
  const rest = ['baseBoundary', 'boundaryPrefix', 'newline', 'normalizeHeaderKey', 'attachDataUrls'];
  const field = fc.constantFrom(...names, ...more, ...rest);
  const message = fc.dictionary(field, fc.oneof(value, part, list), { minKeys: 1, maxKeys: 3 });

  it('only our own errors come out, and every send ends', async () => {
    const transporter = open(edition);
    await fc.assert(
      fc.asyncProperty(message, async (makes) => {
        const data = made(makes)() as object;
        const end = await endOf(edition, transporter, data);
        expect(end).toMatch(/^E[A-Z]+ not-sent$/);
      }),
      forAWhile(),
    );
  }, 60_000);
});

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const key = createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })).export({
  type: 'pkcs8',
  format: 'pem',
});

/** Everything that ends up in a header: those that some version writes as they are. */
const written: Record<string, (value: string) => object> = {
  'a comment in list.help': (value) => ({ list: { help: { url: 'a@b.example', comment: value } } }),
  'a comment in list.unsubscribe': (value) => ({
    list: { unsubscribe: [[{ url: 'http://b.example', comment: value }]] },
  }),
  'a comment in list.id': (value) => ({ list: { id: { url: 'b.example', comment: value } } }),
  'a comment in another list': (value) => ({
    list: { other: ['a@b.example', { url: 'a@b.example', comment: value }] },
  }),
  'a name in list': (value) => ({ list: { [value]: 'a@b.example' } }),
  'a prepared header': (value) => ({ headers: { 'X-A': { prepared: true, value } } }),
  'a prepared header in a list': (value) => ({ headers: [{ key: 'X-A', value: { prepared: true, value } }] }),
  'one of several prepared headers': (value) => ({ headers: { 'X-A': ['x', { prepared: true, value }] } }),
  'a prepared header that is folded': (value) => ({ headers: { 'X-A': { prepared: true, foldLines: true, value } } }),
  'a prepared header of an attachment': (value) => ({
    attachments: [{ content: 'x', headers: { 'X-A': { prepared: true, value } } }],
  }),
  'a prepared header of an alternative': (value) => ({
    alternatives: [{ content: 'x', headers: { 'X-A': { prepared: true, value } } }],
  }),
  'a prepared header of an invitation': (value) => ({
    icalEvent: { content: 'x', headers: { 'X-A': { prepared: true, value } } },
  }),
  baseBoundary: (value) => ({ html: 'x', baseBoundary: value }),
  boundaryPrefix: (value) => ({ html: 'x', boundaryPrefix: value }),
  'the domain of dkim': (value) => ({ dkim: { domainName: value, keySelector: 'k', privateKey: key } }),
  'the selector of dkim': (value) => ({ dkim: { domainName: 'b.example', keySelector: value, privateKey: key } }),
};

describe.each(majors)('a line break, $name', (edition) => {
  it.each(Object.keys(written))('in %s is refused', async (what) => {
    const transporter = open(edition);
    for (const lineBreak of ['\r\n', '\n', '\r']) {
      const message = written[what]?.(`a${lineBreak}X-Injected: y`) ?? {};
      expect(await endOf(edition, transporter, message), JSON.stringify(lineBreak)).toBe('EMESSAGE not-sent');
    }
  });

  it('may fold a prepared header', async () => {
    const headers = { 'X-A': { prepared: true, value: 'one\r\n two\n\tthree' } };
    expect(await endOf(edition, open(edition), { headers })).toBe('EAUTH not-sent');
  });
});

it('an href that can be read is read', async () => {
  const server = createServer((_request, response) => response.end('x')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const href = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  for (const edition of majors) expect(await endOf(edition, open(edition), { html: { href } })).toBe('EAUTH not-sent');
});
