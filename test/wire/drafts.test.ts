import nock from 'nock';
import nodemailer, { type Transporter } from 'nodemailer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { version } from '../../src/common/version.js';
import { type GraphSentMessageInfo, type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { graphError } from '../helpers/answers.js';
import { expectNoSecrets, failureOf } from '../helpers/failure.js';
import { baseOptions, mailbox, smallMail } from '../helpers/fixtures.js';
import { authority, graphHost, type Reply } from '../helpers/nock-cloud.js';

const user = `/v1.0/users/${encodeURIComponent(mailbox)}`;
const uploadHost = 'https://outlook.office.com';
const uploadPath = "/api/v2.0/Users('x')/Messages('y')/AttachmentSessions('z')";
const authtoken = 'eyJhbGciOiJSUzI1NiIsImtpZCI6IktmYUNIUlN6bllHMmNISDRib';
/** As Graph's are: with characters that must be escaped in a path. */
const draftId = 'AAMkAGI1AAAt9AHjAAA/b+c=';

interface Seen {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

let seen: Seen[] = [];
let transporter: Transporter<GraphSentMessageInfo>;
const create = (options: Partial<GraphTransportOptions>) => {
  transporter = nodemailer.createTransport(graphTransport({ ...baseOptions, ...options })) as typeof transporter;
  return transporter;
};

/** The whole of Graph, where `replies` answer by method and the last segment of the path. */
function graph(replies: Record<string, Reply>) {
  seen = [];
  nock(authority)
    .persist()
    .post(/.*/)
    .reply(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'nock-secret-token-1' });
  for (const host of [graphHost, uploadHost]) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      nock(host)
        .persist()
        .intercept(/.*/, method)
        .reply(function (uri, body) {
          const text = typeof body === 'string' ? body : JSON.stringify(body);
          seen.push({ method, url: host + uri, headers: this.req.headers as Record<string, string>, body: text });
          const name = host === uploadHost ? 'upload' : (uri.split('?')[0]?.split('/').at(-1) ?? '');
          if (method === 'DELETE') return [204] as never;
          return (replies[`${method} ${name}`] ?? [500, 'unexpected']) as [number, string];
        });
    }
  }
}

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  transporter.close();
  nock.cleanAll();
  nock.enableNetConnect();
});

const created: Reply = [201, { id: draftId, isDraft: true }];
const requests = () => seen.map(({ method, url }) => `${method} ${url}`);

test('a draft is created from base64 MIME and sent by its id', async () => {
  graph({ 'POST messages': created, 'POST send': [202] });
  await create({ delivery: 'draft' }).sendMail(smallMail);
  expect(requests()).toEqual([
    `POST ${graphHost}${user}/messages`,
    `POST ${graphHost}${user}/messages/AAMkAGI1AAAt9AHjAAA%2Fb%2Bc%3D/send`,
  ]);
  const [draft, sending] = seen;
  expect(draft?.headers).toMatchObject({
    authorization: 'Bearer nock-secret-token-1',
    'content-type': 'text/plain',
    'content-length': String(draft?.body.length),
    'user-agent': `nodemailer-graph-transport/${version}`,
  });
  expect(Buffer.from(draft?.body ?? '', 'base64').toString()).toMatch(/^From: /);
  expect(sending?.headers).toMatchObject({ 'content-length': '0', authorization: 'Bearer nock-secret-token-1' });
  expect(sending?.headers).not.toHaveProperty('content-type');
  // With immutable ids a draft that was sent would still be found.
  for (const { headers } of seen) expect(headers).not.toHaveProperty('prefer');
});

test('Sent Items are asked for the Message-ID, angle brackets and quotes included', async () => {
  graph({ 'POST sendMail': [504], 'GET messages': [200, { value: [] }] });
  const transport = create({ onUnknown: 'verify', verifyWindow: 0 });
  await failureOf(transport.sendMail({ ...smallMail, messageId: "<o'hara+1@contoso.com>" }));
  const filter = 'internetMessageId%20eq%20%27%3Co%27%27hara%2B1%40contoso.com%3E%27';
  const query = `$filter=${filter}&$select=id,internetMessageId,createdDateTime,sentDateTime&$top=25`;
  expect(requests().slice(1)).toEqual(
    ['sentitems', 'outbox', 'drafts'].map(
      (folder) => `GET ${graphHost}${user}/mailFolders/${folder}/messages?${query}`,
    ),
  );
  expect(seen[1]?.headers).toMatchObject({ authorization: 'Bearer nock-secret-token-1' });
});

const attachments = [{ filename: 'big.bin', content: Buffer.alloc(60_000, 7), contentType: 'application/x-big' }];
const uploadUrl = `${uploadHost}${uploadPath}?authtoken=${authtoken}`;

test('a large file goes to the upload URL in pieces, without Authorization', async () => {
  graph({
    'POST messages': created,
    'POST createUploadSession': [201, { uploadUrl, nextExpectedRanges: ['0-'] }],
    'PUT upload': [200, { nextExpectedRanges: ['40000'] }],
    'GET upload': [404],
  });
  const transport = create({ largeMessages: 'upload', maxRetries: 0, maxRequestSize: 40_000 });
  await failureOf(transport.sendMail({ ...smallMail, attachments }));
  const [, session, ...pieces] = seen;
  expect(session?.url).toBe(
    `${graphHost}${user}/messages/AAMkAGI1AAAt9AHjAAA%2Fb%2Bc%3D/attachments/createUploadSession`,
  );
  expect(JSON.parse(session?.body ?? '')).toEqual({
    AttachmentItem: {
      attachmentType: 'file',
      name: 'big.bin',
      contentType: 'application/x-big',
      isInline: false,
      size: 60_000,
    },
  });
  expect(pieces[0]).toMatchObject({ method: 'PUT', url: uploadUrl });
  expect(pieces[0]?.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-range': 'bytes 0-39999/60000',
    'content-length': '40000',
  });
  expect(pieces[1]?.headers).toMatchObject({
    'content-range': 'bytes 40000-59999/60000',
    'content-length': '20000',
  });
  for (const { url, headers } of seen) {
    if (url.startsWith(uploadHost)) expect(headers).not.toHaveProperty('authorization');
  }
});

test.each<[string, Record<string, Reply>]>([
  [
    'the session',
    { 'POST createUploadSession': [400, graphError('Odd', `You sent ${uploadUrl} and nock-secret-token-1`)] },
  ],
  ['a piece', { 'PUT upload': [413, graphError('Odd', `You sent ${uploadUrl} to me: ${authtoken}`)] }],
  [
    'a piece, in a page',
    { 'PUT upload': [500, `<html>${encodeURIComponent(uploadUrl)}</html>`], 'GET upload': [403, authtoken] },
  ],
  ['the draft', { 'POST messages': [403, graphError('Odd', 'Bearer nock-secret-token-1')] }],
  ['the sending', { 'POST send': [403, graphError('Odd', 'Bearer nock-secret-token-1')] }],
])(
  'what quotes token or upload URL in the answer to %s does not bring them into an error or a log',
  async (_, replies) => {
    graph({
      'POST messages': created,
      'POST createUploadSession': [201, { uploadUrl, nextExpectedRanges: ['0-'] }],
      'PUT upload': [200, { nextExpectedRanges: ['40000'] }],
      'POST send': [202],
      ...replies,
    });
    const lines: unknown[] = [];
    const log = (...line: unknown[]) => lines.push(line);
    const logger = { level: () => {}, trace: log, debug: log, info: log, warn: log, error: log, fatal: log };
    const message = { ...smallMail, ...('POST send' in replies || 'POST messages' in replies ? {} : { attachments }) };
    const transport = create({
      largeMessages: 'upload',
      delivery: 'draft',
      maxRetries: 0,
      maxRequestSize: 40_000,
      logger,
      debug: true,
    });
    const error = await failureOf(transport.sendMail(message));
    expectNoSecrets(error, ['nock-secret-token-1', authtoken]);
    expectNoSecrets(lines as never, ['nock-secret-token-1', authtoken]);
  },
);
