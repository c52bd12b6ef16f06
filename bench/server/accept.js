// As little as can accept a message over HTTPS: reads the body, answers 202.
import { createServer } from 'node:https';
import { answerEntra } from './entra.js';
import { identity, serve } from './serve.js';

const server = createServer(identity, (request, response) => {
  if (answerEntra(request, response)) return;
  request.resume().on('end', () => response.writeHead(202, { 'content-length': 0 }).end());
});
server.keepAliveTimeout = 60_000;
serve(server);
