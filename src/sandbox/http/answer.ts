import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What a request is answered with. */
export interface Answer {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
  /** Milliseconds to hold the answer back. */
  delay?: number;
  /** Milliseconds in which the body is written, piece by piece. Default: at once. */
  drip?: number;
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
  const hasBody = mayHaveBody(answer);
  const all = { ...headers, ...answer.headers };
  if (hasBody) all['content-length'] = Buffer.byteLength(body);
  response.writeHead(answer.status, all);
  response.end(hasBody ? body : undefined);
}

/** RFC 9110 §15.3.5 and §15.4.5. */
export function mayHaveBody({ status }: Answer): boolean {
  return status !== 204 && status !== 304;
}
