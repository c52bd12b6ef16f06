import type { IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { Clock } from '../../../common/clock.js';

/** A request as it goes out. */
export interface HttpRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** An answer as it came in. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer may be anything, and the cases look into it
  json: any;
}

/** One request over node:https; rejects when there is no whole answer within a minute, or when `signal` aborts. */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body }: HttpRequest,
  agent: https.Agent,
  signal?: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    const sized = method === 'GET' ? headers : { 'content-length': String(length), ...headers };
    const options = { method, headers: sized, agent, timeout: 60_000, ...(signal && { signal }) };
    const request = https.request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text, json: parse(text) });
      });
    });
    request.on('timeout', () =>
      request.destroy(
        Object.assign(new Error(`${method} ${url.split('?')[0]} was not answered in time`), { code: 'ETIMEDOUT' }),
      ),
    );
    request.on('error', reject);
    request.end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MAX_ATTEMPTS = 3;

/** Waits; rejects when `signal` aborts. */
export function pause(ms: number, clock: Clock, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const forget = clock.after(ms, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    const stop = () => {
      forget();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Keeps a run far below Graph's limits (4 requests at a time, 30 messages per minute and mailbox): one request after the
 * other, with pauses, and with a longer wait when Graph asks for it.
 */
export class Pace {
  readonly #betweenRequests: number;
  readonly #betweenMails: number;
  #last: Promise<unknown> = Promise.resolve();
  #mailedAt = Number.NEGATIVE_INFINITY;

  /** Milliseconds. With 0, requests go out at once, and a 429 is an answer like others. */
  constructor(betweenRequests: number, betweenMails: number) {
    this.#betweenRequests = betweenRequests;
    this.#betweenMails = betweenMails;
  }

  /** Waits as long as between two mails, so that mail that was sent may arrive. */
  async settle(clock: Clock, signal?: AbortSignal): Promise<void> {
    await pause(this.#betweenMails, clock, signal);
  }

  run(sends: boolean, request: () => Promise<Reply>, clock: Clock, signal?: AbortSignal): Promise<Reply> {
    if (this.#betweenRequests === 0) return request();
    const reply = this.#last.then(() => this.#next(sends, request, clock, signal));
    this.#last = reply.catch(() => {});
    return reply;
  }

  async #next(sends: boolean, request: () => Promise<Reply>, clock: Clock, signal?: AbortSignal): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      await pause(this.#betweenRequests, clock, signal);
      if (sends) {
        await pause(Math.max(0, this.#mailedAt + this.#betweenMails - clock.elapsed()), clock, signal);
        this.#mailedAt = clock.elapsed();
      }
      const reply = await request();
      if (reply.status !== 429 || attempt === MAX_ATTEMPTS) return reply;
      await pause(1000 * Math.min(60, Number(reply.headers['retry-after']) || 10), clock, signal);
    }
  }
}
