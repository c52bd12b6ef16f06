import type { ConnectionFault, Link } from './breaking-proxy.js';
import { type Answer, json, refusal } from './graph-routes.js';
import type { Exchange } from './graph-server.js';

export type Outcome = 'sent' | 'not-sent' | 'unknown';

/** What a fault may use, besides the request it strikes. */
export interface Struck extends Exchange {
  link: Link;
  /** Whether the server does what the request asks for, in spite of all. */
  delivered: boolean;
  /** The client's patience ends. */
  timeOut(): void;
}

/** One way for a send to break. */
export interface FaultPoint {
  name: string;
  /** What is known of the message when the fault struck the only attempt. */
  outcome: Outcome;
  /** Whether the server can have done what the request asked for; both, where it has the choice. */
  delivered: readonly boolean[];
  /** Surely not sent, and worth another attempt. */
  retried?: true;
  /** The server cannot be sure to get the request whole, whatever it would do with it. */
  racing?: true;
  /** The answer arrives whole, if oddly. */
  whole?: true;
  /** Needs a request with a body. */
  inBody?: true;
  /** Tried again in any case, with a new token; `outcome` is for when that one strikes it too. */
  renewed?: true;
  /** Nobody listens. */
  refused?: true;
  /** @param size bytes of the request's body */
  connection?: (size: number) => ConnectionFault;
  request?: (exchange: Struck) => unknown;
}

/** Bytes that the head of a request has at least. */
const head = 300;

const never = [false] as const;
const always = [true] as const;
const either = [false, true] as const;

const beforeTls: FaultPoint[] = [
  { name: 'connection refused', refused: true, retried: true },
  { name: 'reset at accept', connection: () => ({ at: 'accept', how: 'reset' }), retried: true },
  { name: 'closed at accept', connection: () => ({ at: 'accept', how: 'close' }), retried: true },
  { name: 'half closed at accept', connection: () => ({ at: 'accept', how: 'half-close' }), retried: true },
  { name: 'silence at accept', connection: () => ({ at: 'accept', how: 'silence' }), retried: true },
  { name: 'garbage at accept', connection: () => ({ at: 'accept', how: 'garbage' }) },
  { name: 'reset after the ClientHello', connection: () => ({ at: 'client-hello', how: 'reset' }), retried: true },
  { name: 'closed after the ClientHello', connection: () => ({ at: 'client-hello', how: 'close' }), retried: true },
  { name: 'silence after the ClientHello', connection: () => ({ at: 'client-hello', how: 'silence' }), retried: true },
  { name: 'garbage for a ServerHello', connection: () => ({ at: 'client-hello', how: 'garbage' }) },
  { name: 'reset within the ServerHello', connection: () => ({ at: 'server-hello', how: 'reset' }), retried: true },
  { name: 'closed within the ServerHello', connection: () => ({ at: 'server-hello', how: 'close' }), retried: true },
  { name: 'silence within the ServerHello', connection: () => ({ at: 'server-hello', how: 'silence' }), retried: true },
  { name: 'a certificate nobody vouches for', connection: () => ({ at: 'accept', how: 'impostor' }) },
].map((point) => ({ ...point, outcome: 'not-sent', delivered: never }) as FaultPoint);

const places: { place: string; bytes: (size: number) => number; inBody?: true }[] = [
  { place: 'before the first byte of the request', bytes: () => 0 },
  { place: 'in the head of the request', bytes: () => 100 },
  { place: 'mid body', bytes: (size) => head + size / 2, inBody: true },
  { place: 'near the end of the body', bytes: (size) => size * 0.98, inBody: true },
];
const withinRequest: FaultPoint[] = places.flatMap(({ place, bytes, ...where }) =>
  ([['reset'], ['close', 'closed'], ['silence']] as const).map(([how, name = how]) => ({
    name: `${name} ${place}`,
    outcome: 'unknown' as const,
    delivered: never,
    ...where,
    connection: (size: number): ConnectionFault => ({ at: 'request', bytes: Math.floor(bytes(size)), how }),
  })),
);

/** Does something when the server has the request whole, and has done what it asks for or not. */
const afterRequest =
  (act: (exchange: Struck, answer: Answer) => unknown) =>
  async (exchange: Struck): Promise<void> => {
    await exchange.read();
    const answer = exchange.delivered ? exchange.process() : { status: 202 };
    await act(exchange, answer);
  };

const drop = (exchange: Struck, ending: Link['ending']) => {
  exchange.link.ending = ending;
  exchange.drop();
};

const statusLine = ({ status }: Answer) => `HTTP/1.1 ${status} ${status === 202 ? 'Accepted' : 'OK'}\r\n`;
const headOf = (answer: Answer, length: number) =>
  `${statusLine(answer)}content-type: application/json\r\nrequest-id: request\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`;

const whole = (answer: Answer) => `${headOf(answer, answer.body?.length ?? 0)}${answer.body ?? ''}`;

/** Says something that is not the whole answer, and is gone. */
const saying = (bytes: (answer: Answer) => string, ending: Link['ending'] | 'silence') =>
  afterRequest(async (exchange, answer) => {
    await exchange.write(bytes(answer));
    if (ending !== 'silence') return drop(exchange, ending);
    await turns();
    exchange.timeOut();
  });

/** Long enough for what was written to be read, on the one event loop that all of this runs on. */
const turns = async (count = 50) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const byteByByte = async (exchange: Struck, bytes: string) => {
  for (const byte of bytes) {
    await exchange.write(byte);
    await turns(1);
  }
};

const withoutAnswer: FaultPoint[] = [
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
].map((point) => ({ ...point, outcome: 'unknown', delivered: either }));

const withAcceptance: FaultPoint[] = [
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

const answering = (answer: Answer) => afterRequest((exchange) => exchange.respond(answer));

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
const withDoubt: FaultPoint[] = [
  ...doubtful.map(([name, answer]) => ({ name, request: answering(answer) })),
  { name: 'a 504 whose body is cut off', request: saying(() => headOf({ status: 504 }, 100), 'reset') },
].map((point) => ({ ...point, outcome: 'unknown', delivered: either }));

const later = { 'retry-after': '1' };
const withRefusal: FaultPoint[] = [
  { name: '429', request: answering({ ...refusal(429, 'TooManyRequests'), headers: later }), retried: true as const },
  { name: '429 without Retry-After', request: answering({ status: 429 }), retried: true as const },
  {
    name: 'a 429 whose body is cut off',
    request: saying(() => headOf({ status: 429 }, 100), 'reset'),
    retried: true as const,
  },
  {
    name: '503 with Retry-After',
    request: answering({ ...refusal(503, 'Busy'), headers: { 'retry-after': '0' } }),
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

/** Every point at which a request breaks here, in the order of its life. */
export const faultPoints: readonly FaultPoint[] = [
  ...beforeTls,
  ...withinRequest,
  {
    name: 'half closed before the request is read',
    outcome: 'unknown',
    delivered: either,
    racing: true,
    connection: () => ({ at: 'request', bytes: 0, how: 'half-close' }),
    request: afterRequest((exchange, answer) => exchange.respond(answer)),
  },
  ...withoutAnswer,
  {
    name: 'silence after the body, and done only then',
    outcome: 'unknown',
    delivered: always,
    request: async (exchange) => {
      await exchange.read();
      exchange.timeOut();
      await turns(1);
      exchange.process();
    },
  },
  ...withAcceptance,
  ...withDoubt,
  ...withRefusal,
];
