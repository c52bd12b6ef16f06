import type { IncomingHttpHeaders } from 'node:http';
import https from 'node:https';

/** A request as it goes out. */
export interface Wish {
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
  { method = 'GET', headers = {}, body }: Wish,
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
