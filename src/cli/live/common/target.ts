import { randomUUID } from 'node:crypto';
import https from 'node:https';
import { type Clock, systemClock } from '../../../common/clock.js';
import { type AssertionOptions, clientAssertion } from './client-assertion.js';
import { answerInWords, type Exchange, exchangeOf, ProbeFailure } from './exchange.js';
import { ask, type HttpRequest, Pace, pause, type Reply } from './plain-http.js';
import { guardRecipients, recipientsOf } from './recipients-guard.js';

/** Makes the messages of one run, which subject and Message-ID distinguish from all others. */
class TestMails {
  /** Part of every subject and Message-ID. */
  readonly run = randomUUID().slice(0, 8);
  readonly #mailbox: string;
  readonly #to: readonly string[];
  #made = 0;

  constructor(mailbox: string, to: readonly string[]) {
    this.#mailbox = mailbox;
    this.#to = to;
  }

  get recipient(): string {
    const [first] = this.#to;
    if (first === undefined) throw new Error('There is no address that mail may go to.');
    return first;
  }

  /** A Message-ID that no other message has. */
  messageId(): string {
    this.#made += 1;
    return `<contract-${this.run}-${this.#made}@${this.#mailbox.split('@').at(-1)}>`;
  }

  /** A MIME message; a header of `''` is left out. */
  mail(about: string, headers: Record<string, string> = {}, body = 'Sent by a contract test.\r\n'): string {
    const fields = {
      From: this.#mailbox,
      To: this.recipient,
      Subject: this.subject(about),
      'Message-ID': this.messageId(),
      'MIME-Version': '1.0',
      'Content-Type': 'text/plain; charset=utf-8',
      ...headers,
    };
    const lines = Object.entries(fields).filter(([, value]) => value !== '');
    return `${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
  }

  /** Part of the subject of every message of the run. */
  get subjectMark(): string {
    return `[contract test ${this.run}]`;
  }

  subject(about: string): string {
    return `${this.subjectMark} ${about}`;
  }
}

/** The tenant, application and mailbox with which the contract is tried. */
export interface TargetSettings {
  /** Origin of Entra. */
  authorityHost: string;
  /** Origin of Graph, and what the scope begins with. */
  graphHost: string;
  tenantId: string;
  clientId: string;
  /** PEM: certificate and private key in one text. */
  certificate: string;
  /** The mailbox to send from. */
  mailbox: string;
  /** The only addresses that mail may go to; at least one. */
  to: readonly string[];
  /** The application that may read the message trace; `certificate` as above. Default: none. */
  trace?: { clientId: string; certificate: string };
  /** Resolves to `true` when an administrator has removed the role Mail.Send, to `false` when not. Default: not asked for. */
  waitForRemoval?: (signal: AbortSignal | undefined) => Promise<boolean>;
  /** A certificate authority to trust, PEM. Default: those that Node trusts. */
  ca?: string;
  /** How to connect, instead of `ca`: through a proxy, for example. The caller destroys it. */
  agent?: https.Agent;
  /** Pauses between requests. Default: none. */
  pace?: Pace;
  /** The most mails that are sent. Default: no limit. */
  maxMails?: number;
  clock?: Clock;
}

interface GraphRequestOptions {
  token?: string;
  headers?: Record<string, string>;
  /** Sent as `application/json`. */
  json?: unknown;
  /** Sent as base64 in `text/plain`. */
  mime?: string | Buffer;
  /** Sent as it is. */
  body?: string | Buffer;
}

/** Entra and Graph for one application and one mailbox, by plain HTTP requests. */
export class Target extends TestMails {
  readonly settings: TargetSettings;
  /** The requests so far, in words that a report may have. */
  readonly exchanges: Exchange[] = [];
  /** Messages that sendMail accepted, in this order, with the time by {@link Target.elapsed}. */
  readonly sent: { messageId: string; at: number }[] = [];
  /** Ends all waiting and all requests; may be replaced during a run. */
  signal: AbortSignal | undefined;
  readonly #clock: Clock;
  readonly #agent: https.Agent;
  readonly #pace: Pace;
  readonly #drafts = new Set<string>();
  #token: Promise<string> | undefined;
  #mails = 0;

  constructor(settings: TargetSettings) {
    super(settings.mailbox, settings.to);
    this.settings = settings;
    this.#clock = settings.clock ?? systemClock;
    this.#pace = settings.pace ?? new Pace(0, 0);
    this.#agent =
      settings.agent ?? new https.Agent({ keepAlive: true, ...(settings.ca !== undefined && { ca: settings.ca }) });
  }

  /** How many mails may have gone out. */
  get mails(): number {
    return this.#mails;
  }

  /** Any request, by a path of Graph or a whole URL. */
  async request(url: string, request: HttpRequest = {}): Promise<Reply> {
    guardRecipients(request, this.settings.to);
    const whole = url.startsWith('https:') ? url : this.settings.graphHost + url;
    const path = new URL(whole).pathname.toLowerCase();
    const isSend = request.method === 'POST' && /\/send(?:mail)?$/.test(path);
    if (isSend && (path.endsWith('/send') || recipientsOf(request).length > 0)) this.#countMail();
    return this.#pace.run(isSend, () => this.#ask(whole, request), this.#clock, this.signal);
  }

  #countMail(): void {
    const { maxMails = Number.POSITIVE_INFINITY } = this.settings;
    if (this.#mails >= maxMails)
      throw new ProbeFailure(`More than the ${maxMails} mails that were announced would be sent.`);
    this.#mails += 1;
  }

  async #ask(url: string, request: HttpRequest): Promise<Reply> {
    const { signal } = this;
    signal?.throwIfAborted();
    try {
      const reply = await ask(url, request, this.#agent, signal);
      this.exchanges.push(exchangeOf(url, request, reply, this.#roles));
      return reply;
    } catch (error) {
      this.exchanges.push(exchangeOf(url, request, error as Error, this.#roles));
      throw error;
    }
  }

  get #roles() {
    const { authorityHost, graphHost } = this.settings;
    return { authorityHost, graphHost, roleOf: (address: string) => this.roleOf(address) };
  }

  /** `sender`, `recipient 1` …, by the order in which recipients were given; the sender is none of them. */
  roleOf(address: string): string {
    const { mailbox, to } = this.settings;
    const known = address.toLowerCase();
    if (known === mailbox.toLowerCase()) return 'sender';
    const others = to.map((one) => one.toLowerCase()).filter((one) => one !== mailbox.toLowerCase());
    return others.includes(known) ? `recipient ${others.indexOf(known) + 1}` : 'somebody else';
  }

  /** Milliseconds of a steady clock. */
  elapsed(): number {
    return this.#clock.elapsed();
  }

  pause(ms: number): Promise<void> {
    return pause(ms, this.#clock, this.signal);
  }

  get tokenEndpoint(): string {
    return `${this.settings.authorityHost}/${this.settings.tenantId}/oauth2/v2.0/token`;
  }

  assertion(changes: Partial<AssertionOptions> = {}): string {
    const { clientId, certificate } = this.settings;
    return clientAssertion({ clientId, certificate, audience: this.tokenEndpoint, ...changes });
  }

  /** A token request with a valid assertion; `form` overrides its fields, `undefined` removes one. */
  token(form: Record<string, string | undefined> = {}, endpoint = this.tokenEndpoint): Promise<Reply> {
    const fields = {
      client_id: this.settings.clientId,
      grant_type: 'client_credentials',
      scope: `${this.settings.graphHost}/.default`,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      ...(!('client_assertion' in form) && { client_assertion: this.assertion() }),
      ...form,
    };
    const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return this.request(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(given).toString(),
    });
  }

  /** One access token for all requests. */
  accessToken(): Promise<string> {
    this.#token ??= this.token().then((reply) => {
      if (typeof reply.json?.access_token === 'string') return reply.json.access_token;
      throw new ProbeFailure(`no access token: ${answerInWords(reply)}`);
    });
    return this.#token;
  }

  /** A request below `/v1.0/users/{mailbox}`. */
  async graph(method: string, path: string, request: GraphRequestOptions = {}): Promise<Reply> {
    const { json, mime } = request;
    const type = json === undefined ? (mime === undefined ? undefined : 'text/plain') : 'application/json';
    const whole =
      mime === undefined
        ? json === undefined
          ? undefined
          : JSON.stringify(json)
        : Buffer.from(mime).toString('base64');
    const body = request.body ?? whole;
    const reply = await this.request(`/v1.0/users/${encodeURIComponent(this.settings.mailbox)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${request.token ?? (await this.accessToken())}`,
        ...(type !== undefined && { 'content-type': type }),
        ...request.headers,
      },
      ...(body !== undefined && { body }),
    });
    this.#note(method, path, reply);
    const messageId = typeof mime === 'string' ? /^Message-ID: (<[^>\r\n]+>)/im.exec(mime)?.[1] : undefined;
    if (path === '/sendMail' && reply.status === 202 && messageId !== undefined) {
      this.sent.push({ messageId, at: this.elapsed() });
    }
    return reply;
  }

  #note(method: string, path: string, { status, json }: Reply): void {
    const creates = method === 'POST' && /^(?:\/mailFolders\/[^/]+)?\/messages$/i.test(path);
    if (creates && status === 201) this.#drafts.add(json.id);
    // An immutable id would still find the sent message, and delete it from Sent Items.
    const sent = /^\/messages\/([^/]+)\/send$/.exec(path)?.[1];
    if (sent !== undefined && status === 202) this.#drafts.delete(decodeURIComponent(sent));
  }

  sendMail(mime: string | Buffer, request: GraphRequestOptions = {}): Promise<Reply> {
    return this.graph('POST', '/sendMail', {
      mime,
      ...request,
      headers: { 'content-type': 'text/plain', ...request.headers },
    });
  }

  /** A draft that is deleted at the end. Throws when it was not created. */
  async draft(mime: string | Buffer, request: GraphRequestOptions = {}): Promise<Reply> {
    const reply = await this.graph('POST', '/messages', { mime, ...request });
    if (reply.status !== 201) throw new ProbeFailure(`no draft: ${answerInWords(reply)}`);
    return reply;
  }

  /** Deletes the drafts that were made and not sent; resolves to how many could not be deleted. */
  async deleteDrafts(): Promise<number> {
    for (const id of [...this.#drafts]) {
      const gone = await this.graph('DELETE', messagePath(id)).then(
        ({ status }) => status === 204 || status === 404,
        () => false,
      );
      if (gone) this.#drafts.delete(id);
    }
    return this.#drafts.size;
  }

  /** Waits until mail that was sent has probably arrived. */
  settle(): Promise<void> {
    return this.#pace.settle(this.#clock, this.signal);
  }

  close(): void {
    if (this.settings.agent === undefined) this.#agent.destroy();
  }
}

export function messagePath(id: string): string {
  return `/messages/${encodeURIComponent(id)}`;
}
