import type { Agent } from 'node:https';
import { isMailbox } from '../common/canonical-address.js';
import {
  addressOf,
  type HttpAddress,
  type HttpAnswer,
  type HttpRequest,
  parseObject,
  send,
  shortAnswer,
  withoutQuotesIn,
} from './http.js';

/** What goes with every request. */
export interface GraphCall {
  token: string;
  clientRequestId: string;
  signal?: AbortSignal | undefined;
}

/** The folders that a message passes on its way out, by their well-known names. */
export type MailFolder = 'sentitems' | 'drafts' | 'outbox';

/** What an attachment is called and how it is shown. */
export interface AttachmentFields {
  name: string;
  contentType: string;
  isInline: boolean;
  /** Without angle brackets. */
  contentId?: string | undefined;
}

/** A piece of a file on its way to an upload session. */
export interface Chunk {
  /** What the session was opened with; it carries the right to upload in itself. */
  url: string;
  bytes: Buffer;
  /** Of the first byte in the file. */
  position: number;
  /** Bytes of the whole file. */
  size: number;
}

/** Bytes; a new draft is answered with all of its text. */
const draftAnswer = 8 * 1024 * 1024;
/** Bytes; a page of messages with long ids and subjects has room in it. */
const listAnswer = 4 * 1024 * 1024;
/** Bytes; 5,000 entries of message trace, reported to be about 2 MB, with room for long subjects. */
const traceAnswer = 24 * 1024 * 1024;
/** Bytes of the longest message that is read whole. */
export const longestMime = 64 * 1024 * 1024;

/**
 * Microsoft Graph's mail requests: one call, one HTTP request. All throw NetworkFailure when there is no answer.
 * (fact send-23)
 */
export class GraphClient {
  readonly #address: HttpAddress;
  /** For messages to the user. */
  readonly host: string;
  readonly #agent: Agent;
  readonly #userAgent: string;
  readonly #timeout: number;
  readonly #named: (name: string, mailbox: string) => void;

  /** @param named called with the name that an answer gives the mailbox of its request */
  constructor(
    graphHost: string,
    agent: Agent,
    userAgent: string,
    timeout: number,
    named: (name: string, mailbox: string) => void = () => {},
  ) {
    this.#address = addressOf(graphHost);
    this.host = new URL(graphHost).host;
    this.#agent = agent;
    this.#userAgent = userAgent;
    this.#timeout = timeout;
    this.#named = named;
  }

  /**
   * `POST /users/{mailbox}/sendMail` with MIME (Graph documentation, "Send Outlook messages … in MIME format").
   * (fact send-1)
   * @param body the MIME in base64
   */
  sendMail(mailbox: string, body: Buffer, call: GraphCall): Promise<HttpAnswer> {
    return this.#post(mailbox, 'sendMail', body, 'text/plain', call);
  }

  /**
   * `POST /users/{mailbox}/messages` with MIME (Graph documentation, "Create message"). (fact draft-1)
   * @param body the MIME in base64
   * @returns with the id of the draft, where the answer has one
   */
  async createDraft(mailbox: string, body: Buffer, call: GraphCall): Promise<HttpAnswer & { id: string | undefined }> {
    const answer = await this.#post(mailbox, 'messages', body, 'text/plain', call, draftAnswer);
    return { ...answer, id: textField(answer.body, 'id') };
  }

  /** `POST /users/{mailbox}/messages/{id}/send` (Graph documentation, "message: send"). (fact draft-3) */
  sendDraft(mailbox: string, id: string, call: GraphCall): Promise<HttpAnswer> {
    return this.#post(mailbox, `${draftPath(id)}/send`, Buffer.alloc(0), undefined, call);
  }

  /** `DELETE /users/{mailbox}/messages/{id}` (Graph documentation, "Delete message"). */
  deleteDraft(mailbox: string, id: string, call: GraphCall): Promise<HttpAnswer> {
    return this.#request(mailbox, { method: 'DELETE', path: draftPath(id), headers: this.#headers(call) }, call);
  }

  /**
   * The messages in a folder that have this Message-ID, angle brackets included (Graph documentation, "List messages").
   * (fact lookup-1)
   */
  findMessages(mailbox: string, folder: MailFolder, messageId: string, call: GraphCall): Promise<HttpAnswer> {
    const filter = encodeURIComponent(`internetMessageId eq '${messageId.replaceAll("'", "''")}'`);
    const query = `$filter=${filter}&$select=id,internetMessageId,createdDateTime,sentDateTime&$top=25`;
    const path = `mailFolders/${folder}/messages?${query}`;
    return this.#request(mailbox, { method: 'GET', path, headers: this.#headers(call) }, call);
  }

  /** Whether a message is there, and still a draft (Graph documentation, "Get message"). (fact lookup-4) */
  getMessage(mailbox: string, id: string, call: GraphCall): Promise<HttpAnswer> {
    const path = `${draftPath(id)}?$select=id,isDraft`;
    return this.#request(mailbox, { method: 'GET', path, headers: this.#headers(call) }, call);
  }

  /** `GET …/mailFolders/inbox/messages` (Graph documentation, "List messages"): one page, which `query` chooses. */
  listInbox(mailbox: string, query: string, call: GraphCall): Promise<HttpAnswer> {
    const path = `${inbox}${query}`;
    return this.#request(mailbox, { method: 'GET', path, headers: this.#headers(call), answerLimit: listAnswer }, call);
  }

  /** The address of {@link listInbox}. */
  inboxAddress(mailbox: string): { host: string; path: string } {
    return { host: this.host, path: this.#url(mailbox, inbox).path };
  }

  /**
   * `GET /admin/exchange/tracing/messageTraces` (Graph documentation, "List messageTraces"): one page.
   * @param target a query, or path and query of a next page
   */
  listMessageTraces(target: string, call: GraphCall): Promise<HttpAnswer> {
    const { hostname, port } = this.#address;
    const path = target.startsWith('?') ? `/v1.0/admin/exchange/tracing/messageTraces${target}` : target;
    const headers = { ...this.#headers(call), authorization: `Bearer ${call.token}` };
    const request = { method: 'GET', url: { hostname, port, path }, headers, answerLimit: traceAnswer } as const;
    return this.#send(request, call).then((answer) => withoutToken(answer, call));
  }

  /**
   * `GET …/messages/{id}/$value` (Graph documentation, "Get MIME content of a message"); no more than {@link longestMime}.
   * (fact lookup-5)
   */
  getMime(mailbox: string, id: string, call: GraphCall): Promise<HttpAnswer> {
    const path = `${draftPath(id)}/$value`;
    const headers = this.#headers(call);
    return this.#request(mailbox, { method: 'GET', path, headers, answerLimit: longestMime, wantBytes: true }, call);
  }

  /**
   * `POST …/messages/{id}/attachments`: all of a small file at once (Graph documentation, "Add attachment").
   * (fact upload-1)
   */
  addAttachment(mailbox: string, id: string, body: Buffer, call: GraphCall): Promise<HttpAnswer> {
    return this.#post(mailbox, `${draftPath(id)}/attachments`, body, 'application/json', call);
  }

  /**
   * `POST …/attachments/createUploadSession` (Graph documentation, "attachment: createUploadSession").
   * @returns with the URL that the file goes to, where the answer has one
   */
  async createUploadSession(
    mailbox: string,
    id: string,
    file: AttachmentFields & { size: number },
    call: GraphCall,
  ): Promise<HttpAnswer & { uploadUrl: string | undefined }> {
    const body = Buffer.from(JSON.stringify({ AttachmentItem: { attachmentType: 'file', ...file } }));
    const path = `${draftPath(id)}/attachments/createUploadSession`;
    const answer = await this.#post(mailbox, path, body, 'application/json', call);
    const uploadUrl = textField(answer.body, 'uploadUrl');
    return { ...withoutQuotesIn(answer, secretsOf(uploadUrl)), uploadUrl };
  }

  /**
   * `PUT` of one piece (Graph documentation, "Attach large files"). The URL is its own authorization: no token goes there.
   * (fact upload-4)
   */
  uploadChunk({ url, bytes, position, size }: Chunk, call: GraphCall): Promise<HttpAnswer> {
    const headers = {
      ...this.#headers(call),
      'content-type': 'application/octet-stream',
      'content-range': `bytes ${position}-${position + bytes.length - 1}/${size}`,
    };
    return this.#upload({ method: 'PUT', url, headers, body: bytes }, call);
  }

  /** What an upload session still wants. Documented for upload sessions in general, not for those of Outlook. */
  uploadStatus(url: string, call: GraphCall): Promise<HttpAnswer> {
    return this.#upload({ method: 'GET', url, headers: this.#headers(call) }, call);
  }

  #url(mailbox: string, path: string): HttpAddress {
    const { hostname, port } = this.#address;
    return { hostname, port, path: `/v1.0/users/${encodeURIComponent(mailbox)}/${path}` };
  }

  #post(
    mailbox: string,
    path: string,
    body: Buffer,
    // For MIME exactly text/plain; a charset parameter is not documented to select it. (fact send-2)
    contentType: 'text/plain' | 'application/json' | undefined,
    call: GraphCall,
    answerLimit?: number,
  ): Promise<HttpAnswer> {
    const headers = this.#headers(call);
    if (contentType) headers['content-type'] = contentType;
    return this.#request(mailbox, { method: 'POST', path, headers, body, answerLimit }, call);
  }

  #request(
    mailbox: string,
    { path, ...request }: Omit<HttpRequest, 'agent' | 'timeout' | 'signal' | 'url'> & { path: string },
    call: GraphCall,
  ): Promise<HttpAnswer> {
    request.headers.authorization = `Bearer ${call.token}`;
    return this.#send({ ...request, url: this.#url(mailbox, path) }, call).then((answer) => {
      const name = mailboxIn(answer);
      if (name !== undefined) this.#named(name, mailbox);
      return withoutToken(answer, call);
    });
  }

  #upload(
    { url, ...request }: Omit<HttpRequest, 'agent' | 'timeout' | 'signal' | 'url'> & { url: string },
    call: GraphCall,
  ): Promise<HttpAnswer> {
    return this.#send({ ...request, url }, call).then((answer) => withoutQuotesIn(answer, secretsOf(url)));
  }

  #headers({ clientRequestId }: GraphCall): Record<string, string> {
    return { 'client-request-id': clientRequestId, 'user-agent': this.#userAgent };
  }

  #send(request: Omit<HttpRequest, 'agent' | 'timeout' | 'signal'>, { signal }: GraphCall): Promise<HttpAnswer> {
    return send({ ...request, agent: this.#agent, timeout: this.#timeout, signal });
  }
}

const inbox = 'mailFolders/inbox/messages';

/** Messages on one page. */
const atOnce = 100;

/** The query for all that has come since, oldest first. What is sorted by must be filtered by first ("List messages"). */
export function inboxQuery(since: Date): string {
  const filter = encodeURIComponent(`receivedDateTime ge ${since.toISOString().replace(/\.\d+/, '')}`);
  return `?$filter=${filter}&$orderby=receivedDateTime&$select=id,subject,receivedDateTime&$top=${atOnce}`;
}

/**
 * The query of the next page, where `link` (an `@odata.nextLink`) leads to the list itself; `undefined` for any other address:
 * the token must not go there.
 */
export function nextQuery(link: string, list: { host: string; path: string }): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { protocol, host, pathname, search } = new URL(link);
  return protocol === 'https:' && host === list.host && plain(pathname) === plain(list.path) ? search : undefined;
}

/** One spelling for all spellings of a path that Graph takes for the same. */
function plain(path: string): string {
  try {
    return decodeURIComponent(path).toLowerCase();
  } catch {
    return path;
  }
}

/**
 * Where an upload session wants to go on, from `nextExpectedRanges` (`["2097152"]` or `["0-"]`; Graph documentation,
 * "Attach large files"). (fact upload-6)
 * @param size bytes of the whole file
 * @returns `undefined` when it does not say
 */
export function nextPosition(answer: HttpAnswer, size: number): number | undefined {
  try {
    const [range]: unknown[] = JSON.parse(answer.body).nextExpectedRanges;
    const start = /^(\d+)(-\d*)?$/.exec(String(range))?.[1];
    return start !== undefined && Number(start) < size ? Number(start) : undefined;
  } catch {
    return undefined;
  }
}

/** A long answer is not searched: only its caller reads it, and it is never shown. */
function withoutToken(answer: HttpAnswer, { token }: GraphCall): HttpAnswer {
  return answer.status === 200 && answer.body.length > shortAnswer ? answer : withoutQuotesIn(answer, [token]);
}

function draftPath(id: string): string {
  return `messages/${encodeURIComponent(id)}`;
}

/** The name that an answer gives the mailbox: an object id, or the name in the request. */
function mailboxIn({ status, body }: HttpAnswer): string | undefined {
  if (status >= 300 || body === '') return undefined;
  const [, name] = /^\s*\{\s*"@odata\.context"\s*:\s*"[^"]*#users\('([^'"]+)'\)/i.exec(body.slice(0, 1_000)) ?? [];
  try {
    const mailbox = name && decodeURIComponent(name);
    return mailbox && isMailbox(mailbox) ? mailbox : undefined;
  } catch {
    return undefined;
  }
}

/** The right to upload stands in the URL's query. */
function secretsOf(uploadUrl: string | undefined): string[] {
  if (uploadUrl === undefined || !URL.canParse(uploadUrl)) return [];
  return [uploadUrl, ...new URL(uploadUrl).searchParams.values()];
}

function textField(json: string, name: string): string | undefined {
  const value = parseObject(json)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
