// Graph's way for large messages with nothing behind it: a draft, an upload session for each attachment, send. Keeps no
// bytes: an attachment is counted and hashed as it comes.
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import { answerEntra } from './entra.js';
import { identity } from './serve.js';

/** A chunk must be smaller than this (Graph documentation, "Attach large files to Outlook messages"). */
const chunkLimit = 4 * 1024 * 1024;
const sessions = new Map();
const result = { sent: 0, uploaded: [], faults: [] };

const origin = (request) => `https://${request.headers.host}`;

function answer(response, status, body, headers = {}) {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': randomUUID(), ...headers }).end(text);
}

function upload(session, body, request, response) {
  const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers['content-range']) ?? [];
  const expected = session.received === Number(from) && Number(to) - Number(from) + 1 === body.length;
  if (!expected || Number(size) !== session.size || body.length >= chunkLimit || request.headers.authorization) {
    result.faults.push(`PUT ${request.headers['content-range']} with ${body.length} bytes`);
    return answer(response, 400, { error: { code: 'InvalidRange', message: 'Not the chunk that comes next.' } });
  }
  session.hash.update(body);
  session.received += body.length;
  if (session.received < session.size) {
    return answer(response, 200, { nextExpectedRanges: [String(session.received)] });
  }
  result.uploaded.push({ size: session.size, sha256: session.hash.digest('hex') });
  answer(response, 201, undefined, { location: `${origin(request)}/v1.0/attachments('1')` });
}

const routes = [
  [/^POST .*\/messages$/, (_request, response) => answer(response, 201, { id: randomUUID(), isDraft: true })],
  [
    /^POST .*\/attachments\/createUploadSession$/,
    (request, response, body) => {
      const id = randomUUID();
      const { size } = JSON.parse(body).AttachmentItem;
      sessions.set(id, { size, received: 0, hash: createHash('sha256') });
      const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString();
      const uploadUrl = `${origin(request)}/upload/${id}?authtoken=secret`;
      answer(response, 201, { uploadUrl, expirationDateTime, nextExpectedRanges: ['0-'] });
    },
  ],
  [
    /^PUT \/upload\//,
    (request, response, body) => {
      const session = sessions.get(request.url.slice('/upload/'.length).split('?')[0]);
      upload(session, body, request, response);
    },
  ],
  [/^POST .*\/attachments$/, (_request, response) => answer(response, 201, { id: randomUUID() })],
  [
    /^POST .*\/send$/,
    (_request, response) => {
      result.sent++;
      answer(response, 202);
    },
  ],
  [/^DELETE /, (_request, response) => answer(response, 204)],
  [/^PATCH .*\/messages\//, (_request, response) => answer(response, 200, { id: 'draft', isDraft: true })],
  [/^GET .*\/messages\//, (_request, response) => answer(response, 200, { id: 'draft', isDraft: true })],
];

const server = createServer(identity, (request, response) => {
  if (answerEntra(request, response)) return;
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const line = `${request.method} ${request.url}`;
    const [, handle] = routes.find(([pattern]) => pattern.test(line)) ?? [];
    if (handle) return handle(request, response, Buffer.concat(chunks));
    result.faults.push(line);
    answer(response, 404, { error: { code: 'ErrorItemNotFound', message: line } });
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', () => process.send(result));
process.on('disconnect', () => process.exit());
