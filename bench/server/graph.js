// Entra and Graph's sendMail with nothing behind them: reads the body, waits, answers 202. A client with four requests
// in flight for a mailbox gets 429 for the fifth, as from Graph.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import { answerEntra } from './entra.js';
import { afterDelay, counts, identity, serve, submissions } from './serve.js';
import { headLimit } from './submissions.js';

const concurrency = 4;
const inFlight = new Map();

function answerSendMail(mailbox, request, response) {
  const others = inFlight.get(mailbox) ?? 0;
  const refused = others >= concurrency;
  if (refused) counts.refused++;
  else inFlight.set(mailbox, others + 1);

  const isMime = request.headers['content-type'] === 'text/plain';
  let head = '';
  request.on('data', (chunk) => {
    if (head.length < headLimit) head += chunk.toString('latin1', 0, headLimit - head.length);
  });
  request.on('end', () => {
    if (refused) {
      const body = { error: { code: 'ApplicationThrottled', message: 'Too many requests in flight.' } };
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' }).end(JSON.stringify(body));
      return;
    }
    afterDelay(() => {
      submissions.add(isMime ? Buffer.from(head, 'base64').toString('latin1') : head);
      inFlight.set(mailbox, inFlight.get(mailbox) - 1);
      response.writeHead(202, { 'request-id': randomUUID(), 'content-length': 0 }).end();
    });
  });
}

const server = createServer(identity, (request, response) => {
  const mailbox = /^\/v1\.0\/users\/([^/]+)\/sendMail$/.exec(request.url)?.[1];
  if (mailbox) answerSendMail(decodeURIComponent(mailbox), request, response);
  else if (!answerEntra(request, response)) response.writeHead(404).end();
});
server.keepAliveTimeout = 60_000;
serve(server);
