import type { Command } from '../../src/delivery/request/types.js';
import { createAgent } from '../../src/graph/agent.js';
import {
  type AttachmentFields,
  type Chunk,
  type GraphCall,
  GraphClient,
  type MailFolder,
} from '../../src/graph/client.js';
import type { HttpAnswer } from '../../src/graph/http.js';
import { NetworkFailure } from '../../src/graph/network-failure.js';

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

/** One call that waits for its answer. */
export interface PendingRequest {
  command: Command;
  mailbox: string;
  body: Buffer;
  /** The draft, folder or upload URL that it is about. */
  target: string | undefined;
  token: string;
  clientRequestId: string;
  /** When it was made. */
  at: number;
  answer(result: HttpAnswer | NetworkFailure): void;
}

/** How a test answers the request with this number, counted from 0. */
export type Script = (index: number, request: PendingRequest) => HttpAnswer | NetworkFailure;

/** Graph's side of the wire without a wire: each request waits until the test answers it. */
export class ScriptedGraph extends GraphClient {
  readonly requests: PendingRequest[] = [];
  readonly #now: () => number;
  inFlight = 0;
  mostInFlight = 0;
  /** Answers by itself, in the next turn of the event loop, where it is given. */
  script: Script | undefined;

  constructor(now: () => number, script?: Script) {
    super('https://graph.microsoft.com', createAgent(undefined), 'test', 1_000);
    this.#now = now;
    this.script = script;
  }

  override sendMail(mailbox: string, body: Buffer, call: GraphCall): Promise<HttpAnswer> {
    return this.#request('sendMail', mailbox, call, body);
  }

  override async createDraft(mailbox: string, body: Buffer, call: GraphCall) {
    const answer = await this.#request('createDraft', mailbox, call, body);
    return { ...answer, id: /"id":"([^"]+)"/.exec(answer.body)?.[1] };
  }

  override sendDraft(mailbox: string, id: string, call: GraphCall) {
    return this.#request('sendDraft', mailbox, call, Buffer.alloc(0), id);
  }

  override deleteDraft(mailbox: string, id: string, call: GraphCall) {
    return this.#request('deleteDraft', mailbox, call, Buffer.alloc(0), id);
  }

  override findMessages(mailbox: string, folder: MailFolder, messageId: string, call: GraphCall) {
    return this.#request('findMessages', mailbox, call, Buffer.from(messageId), folder);
  }

  override getMessage(mailbox: string, id: string, call: GraphCall) {
    return this.#request('getMessage', mailbox, call, Buffer.alloc(0), id);
  }

  override listInbox(mailbox: string, query: string, call: GraphCall) {
    return this.#request('listInbox', mailbox, call, Buffer.alloc(0), query);
  }

  override getMime(mailbox: string, id: string, call: GraphCall) {
    return this.#request('getMime', mailbox, call, Buffer.alloc(0), id);
  }

  override listMessageTraces(target: string, call: GraphCall) {
    return this.#request('listMessageTraces', '', call, Buffer.alloc(0), target);
  }

  override addAttachment(mailbox: string, id: string, body: Buffer, call: GraphCall) {
    return this.#request('addAttachment', mailbox, call, body, id);
  }

  override async createUploadSession(
    mailbox: string,
    id: string,
    file: AttachmentFields & { size: number },
    call: GraphCall,
  ) {
    const answer = await this.#request('createUploadSession', mailbox, call, Buffer.from(JSON.stringify(file)), id);
    return { ...answer, uploadUrl: /"uploadUrl":"([^"]+)"/.exec(answer.body)?.[1] };
  }

  override uploadChunk(chunk: Chunk, call: GraphCall) {
    const range = `${chunk.url} ${chunk.position}+${chunk.bytes.length}/${chunk.size}`;
    return this.#request('uploadChunk', '', call, chunk.bytes, range);
  }

  override uploadStatus(url: string, call: GraphCall) {
    return this.#request('uploadStatus', '', call, Buffer.alloc(0), url);
  }

  #request(command: Command, mailbox: string, call: GraphCall, body: Buffer, target?: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
      const index = this.requests.length;
      const request: PendingRequest = {
        command,
        mailbox,
        body,
        target,
        token: call.token,
        clientRequestId: call.clientRequestId,
        at: this.#now(),
        answer: (result) => {
          this.inFlight--;
          if (result instanceof NetworkFailure) reject(result);
          else resolve(result);
        },
      };
      this.requests.push(request);
      const { script } = this;
      if (script) setImmediate(() => request.answer(script(index, request)));
    });
  }
}
