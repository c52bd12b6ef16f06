import type { ClientRequest, IncomingMessage } from 'node:http';
// What nock and msw replace are properties of the module: a named import would go past them, to the real service.
import https, { type Agent } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { onAbort } from '../common/abort.js';
import { arrivalsRead, turns } from '../common/event-loop.js';
import { withoutQuotes } from '../common/redact.js';
import { clearTimeout, setTimeout } from '../common/timers.js';
import { NetworkFailure } from './network-failure.js';

/** A URL, taken apart. */
export interface HttpAddress {
  /** An IPv6 address without brackets. */
  hostname: string;
  port: string;
  /** With the query. */
  path: string;
}

/** One HTTP request over TLS. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Taken apart already where the same host is asked again and again. */
  url: string | HttpAddress;
  headers: Record<string, string>;
  body?: Buffer | undefined;
  agent: Agent;
  /** Milliseconds from now to the last byte of the answer. */
  timeout: number;
  signal?: AbortSignal | undefined;
  /**
   * Bytes of the answer's body to keep.
   * @default 65_536
   */
  answerLimit?: number | undefined;
  /**
   * Give the body of a 200 as it came, in `bytes`, instead of as text; one that is longer than the limit is not read.
   * @default false
   */
  wantBytes?: boolean | undefined;
}

export interface HttpAnswer {
  status: number;
  /** Lower-cased names. */
  headers: Record<string, string>;
  /** As text, as far as it was wanted; what a broken connection left of it. */
  body: string;
  /** Where they were wanted: all of the body; `'too-long'` when it was longer than the limit, `undefined` when it broke off. */
  bytes?: Buffer | 'too-long' | undefined;
}

/** Long bodies that a connection may still read from. */
const held = new WeakSet<Buffer>();

/** Whether a connection may still read from a long body, so that nothing else may be written there. */
export function isHeld(body: Buffer): boolean {
  return held.has(body);
}

/** Bytes. Most of Graph's and Entra's answers are short; more than this is not worth keeping. */
export const shortAnswer = 64 * 1024;

/** Bytes of a body up to which it is written together with the header. TLS copies what it gets in several pieces. */
const shortBody = 64 * 1024;

/** Milliseconds that the rest of an answer may take to free its connection, once the status was enough. */
const restTimeout = 5_000;

/**
 * Sends one request and never repeats it. Resolves as soon as there is a status that stands by itself (202); what happens
 * to the connection after a status line cannot change what that status says.
 * @throws NetworkFailure
 */
export async function send(wanted: HttpRequest): Promise<HttpAnswer> {
  // What is written to a connection that the server has closed is in doubt, so that is noticed first.
  await turns(2);
  return exchange(wanted);
}

function exchange(wanted: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let written = false;
    let ended = false;
    let reason: NetworkFailure['reason'] = 'network';
    const headers = { ...wanted.headers, ...(wanted.body && { 'content-length': String(wanted.body.length) }) };
    // After a broken connection nothing tells when the buffer is released, so it stays in `held`.
    const { body } = wanted;
    const long = body !== undefined && body.length > shortBody;
    const mine = long && !held.has(body);
    let outgoing: ClientRequest;
    try {
      const { hostname, port, path } = typeof wanted.url === 'string' ? addressOf(wanted.url) : wanted.url;
      outgoing = https.request({ hostname, port, path, method: wanted.method, headers, agent: wanted.agent });
    } catch (error) {
      // A header or URL that cannot be sent, or an agent that throws, whatever it is.
      const text = error instanceof Error ? error.message : String(error);
      return reject(new NetworkFailure('network', false, text, error));
    }

    const abort = (why: 'timeout' | 'aborted', error: Error) => {
      reason = why;
      outgoing.destroy(error);
      // Node reports nothing before the agent comes with a socket, which a silent proxy could put off for ever.
      if (!outgoing.socket) fail(error);
    };
    let overdue: (() => void) | undefined;
    /** An answer that is there already, or a proxy's, is read first. */
    const abortUnread = async (why: 'timeout' | 'aborted', error: Error) => {
      if (written || !outgoing.socket) {
        overdue = () => abort(why, error);
        await arrivalsRead(() => outgoing.socket?.bytesRead ?? 0);
      }
      if (!ended) abort(why, error);
    };
    const timer = setTimeout(
      () => abortUnread('timeout', new Error(`no answer within ${wanted.timeout} ms`)),
      wanted.timeout,
    );
    const giveUp = () => abortUnread('aborted', new Error('aborted', { cause: wanted.signal?.reason }));
    const release = onAbort(wanted.signal, giveUp);
    const finish = () => {
      ended = true;
      clearTimeout(timer);
      release();
    };

    outgoing.on('socket', (socket) => {
      // Nothing was written, and shall not be any more.
      if (overdue) return overdue();
      // Through a tunnel the connection is there at once, and the handshake only begins.
      const { connecting, secureConnecting } = socket as TLSSocket & { secureConnecting?: boolean };
      if (outgoing.reusedSocket || !(connecting || secureConnecting)) written = true;
      else
        socket.once('secureConnect', () => {
          written = true;
        });
    });
    let answered: (() => void) | undefined;
    const fail = (error: Error) => {
      finish();
      if (answered) answered();
      else reject(new NetworkFailure(reason, written, error.message, error));
    };
    outgoing.on('error', fail);
    // An unrequested switch of protocols ends without an 'error'.
    outgoing.on('close', () => {
      if (answered) answered();
      else fail(new Error('the connection was closed without an answer'));
    });
    outgoing.on('response', (incoming) => {
      if (isOthers(incoming, wanted.headers['client-request-id'])) {
        incoming.on('error', () => {});
        outgoing.destroy();
        return fail(new Error('an answer came that is not the answer to this request'));
      }
      const { answerLimit = shortAnswer } = wanted;
      const chunks: Buffer[] = [];
      let length = 0;
      let resolved = false;
      answered = () => {
        if (resolved) return;
        resolved = true;
        finish();
        if (mine && outgoing.writableFinished) held.delete(body);
        const headers: Record<string, string> = {};
        for (const name in incoming.headers) {
          const value = incoming.headers[name];
          headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
        }
        const status = incoming.statusCode ?? 0;
        if (wanted.wantBytes && status === 200) {
          const whole = incoming.complete ? Buffer.concat(chunks) : undefined;
          resolve({ status, headers, body: '', bytes: length > answerLimit ? 'too-long' : whole });
        } else resolve({ status, headers, body: chunks.length === 0 ? '' : Buffer.concat(chunks).toString() });
      };
      incoming.on('data', (chunk: Buffer) => {
        if (length < answerLimit) chunks.push(chunk.subarray(0, answerLimit - length));
        length += chunk.length;
        if (wanted.wantBytes && length > answerLimit) outgoing.destroy();
      });
      incoming.on('end', answered);
      incoming.on('error', answered);
      // Waiting for the rest of a 202 would only turn a sent message into a doubtful one.
      if (incoming.statusCode === 202) {
        answered();
        // As a rule all of it is there already.
        Promise.resolve().then(() => {
          if (incoming.complete) return;
          const rest = setTimeout(async () => {
            await arrivalsRead(() => outgoing.socket?.bytesRead ?? 0);
            if (!incoming.complete) outgoing.destroy();
          }, restTimeout).unref();
          incoming.once('close', () => clearTimeout(rest));
        });
      }
    });
    if (wanted.signal?.aborted) giveUp();
    else {
      if (long) {
        held.add(body);
        outgoing.flushHeaders();
        // By then the header has been written.
        outgoing.once('socket', () => Promise.resolve().then(() => outgoing.destroyed || outgoing.end(body)));
      } else outgoing.end(body);
    }
  });
}

/**
 * Whether an answer says that it belongs to another request: one that came late or twice on a connection that is used again.
 * Graph returns the id that a request came with; what answers instead of it does not.
 */
function isOthers({ headers }: IncomingMessage, id: string | undefined): boolean {
  const returned = headers['client-request-id'];
  if (id === undefined || returned === undefined) return false;
  // Node joins what comes more than once.
  return !String(returned)
    .split(',')
    .every((one) => one.trim().toLowerCase() === id.toLowerCase());
}

/** The answer without the secrets of its request, which the server may quote. */
export function withoutQuotesIn(answer: HttpAnswer, secrets: readonly string[]): HttpAnswer {
  const { status, headers, body, bytes } = answer;
  let longest = body.length;
  for (const name in headers) longest = Math.max(longest, headers[name]?.length ?? 0);
  // Most answers are too short to quote anything.
  if (secrets.every(({ length }) => length > longest)) return answer;
  const clean = Object.entries(headers).map(([name, value]) => [name, withoutQuotes(value, secrets)]);
  const rest = { headers: Object.fromEntries(clean), body: withoutQuotes(body, secrets) };
  return bytes ? { status, ...rest, bytes } : { status, ...rest };
}

/** Takes a URL apart. */
export function addressOf(url: string): HttpAddress {
  const { hostname, port, pathname, search } = new URL(url);
  // An IPv6 address stands in brackets only where a port may follow.
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search };
}

/** The JSON object that `text` is; an empty one for anything else. */
export function parseObject(text: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
