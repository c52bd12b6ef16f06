import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What a request is answered with. */
export interface Answer {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
  /** Milliseconds to hold the answer back. */
  delay?: number;
  /** `'silence'` keeps the connection open without a word; `'reset'` tears it down. Status and body then never go out. */
  instead?: 'silence' | 'reset';
  /** Names the scripted fault that made this answer, for the request log. */
  fault?: string;
}

export function jsonAnswer(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export function writeAnswer(response: ServerResponse, answer: Answer, headers: OutgoingHttpHeaders = {}): void {
  const body = answer.body ?? '';
  const hasBody = answer.status !== 204 && answer.status !== 304;
  response.writeHead(answer.status, {
    ...headers,
    ...answer.headers,
    ...(hasBody && { 'content-length': Buffer.byteLength(body) }),
  });
  response.end(hasBody ? body : undefined);
}
