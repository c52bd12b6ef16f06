import { createAgent } from '../../src/graph/agent.js';
import { GraphClient } from '../../src/graph/client.js';
import { type HttpAnswer, NetworkFailure } from '../../src/graph/http.js';

/** An answer of Graph. */
export function answer(status: number, headers: Record<string, string> = {}, body = ''): HttpAnswer {
  return { status, headers, body };
}

/** Graph's error body. */
export function graphError(code: string, message = 'What went wrong.'): string {
  return JSON.stringify({ error: { code, message } });
}

/** A failure of the network, before or after bytes were written. */
export function networkFailure(
  written: boolean,
  code?: string,
  reason: NetworkFailure['reason'] = 'network',
  syscall?: string,
): NetworkFailure {
  const cause = Object.assign(new Error(`${syscall ?? 'read'} ${code ?? 'failed'}`), { code, syscall });
  return new NetworkFailure(reason, written, cause.message, cause);
}

/** One call of `sendMail` that waits for its answer. */
export interface PendingRequest {
  mailbox: string;
  body: Buffer;
  token: string;
  clientRequestId: string;
  /** When it was made. */
  at: number;
  answer(result: HttpAnswer | NetworkFailure): void;
}

/** Graph's side of the wire without a wire: each request waits until the test answers it. */
export class ScriptedGraph extends GraphClient {
  readonly requests: PendingRequest[] = [];
  readonly #now: () => number;
  inFlight = 0;
  mostInFlight = 0;
  /** Answers by itself, in the next turn of the event loop, where it is given. */
  script: ((index: number) => HttpAnswer | NetworkFailure) | undefined;

  constructor(now: () => number, script?: (index: number) => HttpAnswer | NetworkFailure) {
    super('https://graph.microsoft.com', createAgent(undefined), 'test', 1_000);
    this.#now = now;
    this.script = script;
  }

  override sendMail(mailbox: string, body: Buffer, token: string, clientRequestId: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
      const index = this.requests.length;
      const request: PendingRequest = {
        mailbox,
        body,
        token,
        clientRequestId,
        at: this.#now(),
        answer: (result) => {
          this.inFlight--;
          if (result instanceof NetworkFailure) reject(result);
          else resolve(result);
        },
      };
      this.requests.push(request);
      const { script } = this;
      if (script) setImmediate(() => request.answer(script(index)));
    });
  }
}
