import { always, either, type FaultPoint, never, type Struck } from './fault-point.js';
import { type Answer, json, refusal } from './graph-routes.js';
import { afterRequest, answering, byteByByte, drop, headOf, saying, statusLine, turns, whole } from './misbehaviour.js';

/** The request was there, and no whole head of an answer came back. */
export const withoutAnswer: readonly FaultPoint[] = [
  { name: 'reset after the body', request: afterRequest((exchange) => drop(exchange, 'reset')) },
  { name: 'closed after the body', request: afterRequest((exchange) => drop(exchange, 'close')) },
  { name: 'closed in good order after the body', request: afterRequest((exchange) => exchange.end()) },
  { name: 'silence after the body', request: afterRequest((exchange) => exchange.timeOut()) },
  { name: 'half a status line, then reset', request: saying(() => 'HTTP/1.1 2', 'reset') },
  { name: 'half a status line, then closed', request: saying(() => 'HTTP/1.1 2', 'close') },
  { name: 'half a status line, then silence', request: saying(() => 'HTTP/1.1 2', 'silence') },
  { name: 'a status line, then reset', request: saying(statusLine, 'reset') },
  { name: 'a status line, then silence', request: saying(statusLine, 'silence') },
  {
    name: 'half the head of an answer, then reset',
    request: saying((answer) => headOf(answer, 0).slice(0, -10), 'reset'),
  },
  {
    name: 'half the head of an answer, then closed',
    request: saying((answer) => headOf(answer, 0).slice(0, -2), 'close'),
  },
  {
    name: 'a slow drip that never is a head',
    request: afterRequest(async (exchange, answer) => {
      await byteByByte(exchange, headOf(answer, 0).slice(0, -2));
      exchange.timeOut();
    }),
  },
  { name: '100 Continue, then reset', request: saying(() => 'HTTP/1.1 100 Continue\r\n\r\n', 'reset') },
  { name: '102 Processing, then reset', request: saying(() => 'HTTP/1.1 102 Processing\r\n\r\n', 'reset') },
  { name: '103 Early Hints, then silence', request: saying(() => 'HTTP/1.1 103 Early Hints\r\n\r\n', 'silence') },
  {
    name: '101 Switching Protocols',
    request: saying(() => 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: smtp\r\n\r\n', 'close'),
  },
  { name: 'an answer that is not HTTP', request: saying(() => '250 2.0.0 Ok: queued\r\n', 'close') },
  {
    name: 'a head too large',
    request: saying((answer) => `${statusLine(answer)}x: ${'x'.repeat(20_000)}\r\n\r\n`, 'close'),
  },
  {
    name: 'silence after the body, and done only then',
    delivered: always,
    request: async (exchange: Struck) => {
      await exchange.read();
      exchange.timeOut();
      await turns(1);
      exchange.process();
    },
  },
].map((point) => ({ delivered: either, ...point, outcome: 'unknown' }));

/** At least the head of the right answer came back. */
export const withAcceptance: readonly FaultPoint[] = [
  { name: 'the head of the 202, then reset', request: saying((answer) => headOf(answer, 0), 'reset') },
  { name: 'the head of the 202, then closed', request: saying((answer) => headOf(answer, 0), 'close') },
  { name: 'a 202 whose body is cut off', request: saying((answer) => `${headOf(answer, 100)}{"`, 'reset') },
  { name: 'a 202 whose body never comes', request: saying((answer) => headOf(answer, 100), 'silence') },
  {
    name: 'a 202 byte by byte',
    request: afterRequest((exchange, answer) => byteByByte(exchange, whole(answer))),
    whole: true as const,
  },
  {
    name: '100 Continue, then 202',
    request: saying((answer) => `HTTP/1.1 100 Continue\r\n\r\n${whole(answer)}`, 'close'),
    whole: true as const,
  },
  {
    name: 'a 202 with a Retry-After',
    request: afterRequest((exchange, answer) => exchange.respond({ ...answer, headers: { 'retry-after': '1' } })),
    whole: true as const,
  },
].map((point) => ({ ...point, outcome: 'sent', delivered: always }));

const html: Answer = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html><h1>Bad Gateway</h1></html>',
};
const doubtful: [name: string, answer: Answer][] = [
  ['200', { status: 200 }],
  ['201', json(201, {})],
  ['204', { status: 204 }],
  ['307 to elsewhere', { status: 307, headers: { location: 'https://127.0.0.1:1/' } }],
  ['408', { status: 408 }],
  ['500', refusal(500, 'ErrorInternalServerError')],
  ['502 in HTML', html],
  ['503 without Retry-After', refusal(503, 'ServiceUnavailable')],
  ['504', refusal(504, 'UnknownError')],
];

/** An answer that leaves open what was done. */
export const withDoubt: readonly FaultPoint[] = [
  ...doubtful.map(([name, answer]) => ({ name, request: answering(answer) })),
  { name: 'a 504 whose body is cut off', request: saying(() => headOf({ status: 504 }, 100), 'reset') },
].map((point) => ({ ...point, outcome: 'unknown', delivered: either }));

/** An answer that says for sure that nothing was done. */
export const withRefusal: readonly FaultPoint[] = [
  {
    name: '429',
    request: answering({ ...refusal(429, 'TooManyRequests'), headers: { 'retry-after': '1' } }),
    retried: true as const,
  },
  { name: '429 without Retry-After', request: answering({ status: 429 }), retried: true as const },
  {
    name: 'a 429 whose body is cut off',
    request: saying(() => headOf({ status: 429 }, 100), 'reset'),
    retried: true as const,
  },
  {
    name: '503 with Retry-After',
    request: answering({ ...refusal(503, 'Busy'), headers: { 'retry-after': '1' } }),
    retried: true as const,
  },
  {
    name: '401',
    request: answering(refusal(401, 'InvalidAuthenticationToken')),
    renewed: true as const,
    retried: true as const,
  },
  { name: '400', request: answering(refusal(400, 'BadRequest')) },
  { name: '403', request: answering(refusal(403, 'ErrorAccessDenied')) },
  { name: '404', request: answering(refusal(404, 'ErrorItemNotFound')) },
  { name: '413', request: answering({ status: 413 }) },
  {
    name: 'a 413 before the body',
    request: async (exchange: Struck) => {
      await exchange.write(headOf({ status: 413 }, 0));
      await exchange.read();
    },
  },
].map((point) => ({ ...point, outcome: 'not-sent', delivered: never }));
