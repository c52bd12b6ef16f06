import { type Arrived, bytesOf } from './server.js';

/** What a request is answered with, and the line that the program is told. */
type Act = (request: Arrived, to: { count: number; say: (word: string) => void }) => void;

/** Mails of one transport, and what the server makes of them. */
export interface Case {
  name: string;
  /** One mail from each, in this order. What counts is the last one, which is called so. */
  mailboxes: string[];
  /** What the server does with the requests of the last mail. */
  act: Act;
  /** The same for the first; without it, the mail is accepted. */
  first?: Act;
  expected: object;
  /** Requests that may come for the last mail, by the last step of their path. */
  requests: Record<string, number>;
  /** Whether they came on a connection that was used before. */
  reused?: boolean;
  options?: object;
  signIn?: boolean;
  proxied?: boolean;
  /** Options of an agent of the program's own. */
  agent?: { keepAlive: boolean };
  /** Bytes that are attached. */
  large?: number;
  /** The last mail waits until the server has said `go`. */
  waits?: boolean;
  /** Milliseconds after which the mail's signal aborts. */
  abortAfter?: number;
}

const unknown = { outcome: 'unknown', attempts: 1 };
const sent = { outcome: 'sent', attempts: 1 };
const reset: Act = (request) => request.reset();
export const accept: Act = (request) => request.answer(202);

const breaks: [name: string, act: Act][] = [
  ['a reset', reset],
  ['the end of the connection', ({ socket }) => void socket.end()],
  ['a cut in the status line', ({ socket }) => void socket.end('HTTP/1.1 20')],
  [
    'a reset in the status line',
    // Not at once, or it would overtake what was written.
    ({ socket, reset }) => void socket.write('HTTP/1.1 20', () => setTimeout(reset, 50)),
  ],
  ['an answer that is not HTTP', ({ socket }) => void socket.end('220 smtp ESMTP\r\n')],
  ['an abort in flight', (_request, { say }) => say('abort')],
];

/** Entra and the upload session, where a case needs them. */
const prepare = (request: Arrived): boolean => {
  const { path, headers } = request;
  const origin = `https://${headers.get('host')}`;
  if (path.endsWith('/messages')) request.answer(201, { id: 'draft' });
  else if (path.endsWith('/createUploadSession')) {
    request.answer(201, { uploadUrl: `${origin}${path.replace(/\/messages.*/, '/upload')}` });
  } else if (path.endsWith('/upload')) {
    const [, end, size] = /(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    const next = Number(end) + 1;
    if (next === Number(size)) request.answer(201, {});
    else request.answer(200, { nextExpectedRanges: [`${next}-`] });
  } else if (path.endsWith('/token')) {
    request.answer(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'token' });
  } else if (path.includes('/.well-known/')) {
    const authority = `${origin}${path.slice(0, path.indexOf('/', 1))}`;
    request.answer(200, {
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      issuer: `${authority}/v2.0`,
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      jwks_uri: `${authority}/discovery/v2.0/keys`,
    });
  } else return false;
  return true;
};
const afterPreparing =
  (act: Act): Act =>
  (request, to) => {
    if (!prepare(request)) act(request, to);
  };

function onConnections(keeps: boolean): Case[] {
  const two = { mailboxes: ['first', 'last'], reused: keeps };
  const same = { act: accept, expected: unknown, requests: { sendMail: 1 } };
  return [
    { name: 'a new connection', mailboxes: ['last'], reused: false, ...same },
    { name: 'a connection used before', ...two, ...same },
    { name: "a connection of the program's own agent", ...two, ...same, agent: { keepAlive: keeps } },
    { name: 'a connection through a proxy', ...two, ...same, proxied: true },
  ];
}

/**
 * What needs no time.
 * @param keeps whether the runtime may keep connections alive
 */
export function promptCases(keeps: boolean): Case[] {
  const two = { mailboxes: ['first', 'last'], reused: keeps };
  const broken = onConnections(keeps).flatMap((on) =>
    breaks.map(([what, act]): Case => ({ ...on, name: `${what}, on ${on.name}`, act })),
  );
  // An answer without the id of its request, as something between the two might give it.
  const stray = bytesOf(202);
  // Taken for the answer to this one, that would be a mail sent.
  const refused = {
    act: (request: Arrived) => request.answer(403),
    expected: { outcome: 'not-sent', attempts: 1 },
    requests: { sendMail: 1 },
  };
  let firstId = '';
  return [
    ...broken,
    {
      name: 'nothing in the way, with a sign-in',
      mailboxes: ['first', 'second', 'last'],
      act: afterPreparing(accept),
      signIn: true,
      expected: sent,
      requests: { 'openid-configuration': 1, token: 1, sendMail: 1 },
      reused: keeps,
    },
    {
      name: 'a pause',
      mailboxes: ['last'],
      act: (request, to) =>
        to.count === 0 ? request.answer(429, undefined, ['retry-after: 0.01']) : accept(request, to),
      expected: { outcome: 'sent', attempts: 2 },
      requests: { sendMail: 2 },
      options: { maxRetries: 1 },
    },
    {
      name: 'a draft with an upload',
      mailboxes: ['last'],
      act: afterPreparing(accept),
      expected: { outcome: 'sent' },
      requests: { messages: 1, createUploadSession: 1, upload: 2, send: 1 },
      options: { largeMessages: 'upload' },
      large: 5_000_000,
    },
    {
      name: 'a reset when an uploaded draft is sent',
      mailboxes: ['last'],
      act: afterPreparing(reset),
      expected: { outcome: 'unknown' },
      requests: { messages: 1, createUploadSession: 1, upload: 2, send: 1 },
      options: { largeMessages: 'upload' },
      large: 5_000_000,
    },
    {
      name: 'a reset when a token is asked for',
      mailboxes: ['last'],
      act: (request) => void ((!request.path.endsWith('/token') && prepare(request)) || request.reset()),
      expected: { outcome: 'not-sent' },
      requests: { 'openid-configuration': 1, token: 1 },
      signIn: true,
    },
    {
      name: 'a second answer together with the first',
      ...two,
      ...refused,
      reused: false,
      first: ({ socket }) => void socket.write(stray + stray),
    },
    {
      name: 'a second answer on an idle connection',
      ...two,
      ...refused,
      reused: false,
      waits: true,
      first: (request, { say }) => {
        request.answer(202);
        setTimeout(() => request.socket.write(stray, () => say('go')), 100);
      },
    },
    {
      name: 'the first answer once more',
      ...two,
      first: (request) => {
        firstId = request.headers.get('client-request-id') ?? '';
        request.answer(202);
      },
      act: ({ socket }) => void socket.write(bytesOf(202, '', [`client-request-id: ${firstId}`])),
      expected: unknown,
      requests: { sendMail: 1 },
    },
    {
      name: "an agent of the program's own that keeps connections alive",
      mailboxes: ['last'],
      act: accept,
      agent: { keepAlive: true },
      ...(keeps ? { expected: sent, requests: { sendMail: 1 } } : { expected: { code: 'ECONFIG' }, requests: {} }),
    },
  ];
}

/** Milliseconds. Long enough for a request to come on a machine that has much else to do. */
const patience = 8_000;

/** Nobody answers. */
export function silentCases(keeps: boolean): Case[] {
  return onConnections(keeps).map((on) => ({
    ...on,
    name: `silence until the time-out, on ${on.name}`,
    act: () => {},
    options: { timeout: patience },
  }));
}

/** Milliseconds for which a process is stopped, longer than it would wait for an answer. */
export const stop = patience + 500;

/** The process is stopped once all of these have made a request, and finds the answer when it goes on. */
export const stoppedCases: Case[] = [
  { name: 'the time-out', options: { timeout: patience } },
  { name: "the signal's time-out", abortAfter: patience },
  { name: 'the time-out, through a proxy', options: { timeout: patience }, proxied: true },
  {
    name: 'the time-out of a sign-in',
    options: { timeout: patience },
    signIn: true,
    requests: { 'openid-configuration': 1, token: 1, sendMail: 1 },
  },
].map((one) => ({
  mailboxes: ['last'],
  act: afterPreparing(accept),
  expected: sent,
  requests: { sendMail: 1 },
  ...one,
}));
