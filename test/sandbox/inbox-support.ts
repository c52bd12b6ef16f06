// The inbox's side by hand: fetch would not let a test set Host and Origin.
import http from 'node:http';
import type { Client, Reply } from './support.js';

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON with its Content-Type, unless `headers` say another. */
  json?: unknown;
  body?: string | Buffer;
  signal?: AbortSignal;
}

export interface InboxReply extends Reply {
  body: Buffer;
}

/** A request to the inbox page's side of the sandbox. */
export function ask(client: Client, path: string, options: AskOptions = {}): Promise<InboxReply> {
  const { method = 'GET', json, headers = {}, signal } = options;
  const body = options.body ?? (json === undefined ? undefined : JSON.stringify(json));
  const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const request = http.request(
      new URL(path, client.sandbox.inboxUrl),
      { method, headers: { ...type, ...headers }, agent: false, ...(signal && { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const whole = Buffer.concat(chunks);
          const { statusCode: status = 0, headers: given } = response;
          const text = whole.toString();
          resolve({ status, headers: given, body: whole, text, json: parse(text) });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** The JSON of an answer that must be 200. */
export async function askJson(client: Client, path: string): Promise<Reply['json']> {
  const reply = await ask(client, path);
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`);
  return reply.json;
}

export interface Stream {
  /** Everything that has come. */
  text: () => string;
  /** Waits until that holds the words. */
  until: (words: string) => Promise<void>;
  ended: Promise<void>;
  close: () => void;
}

/** Opens the stream of server-sent events. */
export function openEvents(client: Client, headers: Record<string, string> = {}): Promise<Stream & { status: number }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      new URL('/api/events', client.sandbox.inboxUrl),
      { headers, agent: false },
      (response) => {
        let text = '';
        let look = (): void => {};
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          look();
        });
        const ended = new Promise<void>((end) => response.on('close', () => end()));
        resolve({
          status: response.statusCode ?? 0,
          text: () => text,
          until: (words) =>
            new Promise((found) => {
              look = () => text.includes(words) && found();
              look();
            }),
          ended,
          close: () => request.destroy(),
        });
      },
    );
    request.on('error', reject);
    request.end();
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
