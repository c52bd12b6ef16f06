import https from 'node:https';
import { type Clock, systemClock } from '../../../common/timers.js';
import { type AssertionWishes, clientAssertion } from './assertion.js';
import { answerInWords, type Exchange, exchangeOf } from './exchange.js';
import { Pace, pause } from './pace.js';
import { ask, type Reply, type Wish } from './plain-http.js';
import { ProbeFailure } from './probe.js';
import { guardRecipients, recipientsOf } from './recipients-guard.js';
import { TestMails } from './test-mails.js';

/** Where the contract is tried. */
export interface Place {
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
  /** Who may read the message trace; `certificate` as above. Default: nobody. */
  trace?: { clientId: string; certificate: string };
  /** Resolves when a person has taken the role Mail.Send away; with `false` when nobody does. Default: nobody is asked. */
  waitForRemoval?: (signal: AbortSignal | undefined) => Promise<boolean>;
  /** A certificate authority to trust, PEM. Default: those that Node trusts. */
  ca?: string;
  /** How to connect, instead of `ca`: by a proxy, say. The caller destroys it. */
  agent?: https.Agent;
  /** What keeps a run polite. Default: none of it. */
  pace?: Pace;
  /** At most so many mails are sent. Default: as many as are asked for. */
  maxMails?: number;
  clock?: Clock;
}

export interface GraphWish {
  token?: string;
  headers?: Record<string, string>;
  /** Sent as `application/json`. */
  json?: unknown;
  /** Sent as base64 in `text/plain`. */
  mime?: string | Buffer;
  /** Sent as it is. */
  body?: string | Buffer;
}

/** Entra and Graph for one application and one mailbox, spoken to in plain HTTP. */
export class Target extends TestMails {
  readonly place: Place;
  /** The requests so far, in words that a report may have. */
  readonly exchanges: Exchange[] = [];
  /** MIME that sendMail took, with the time by {@link Target.elapsed}, in this order. */
  readonly sent: { messageId: string; at: number }[] = [];
  /** Ends all waiting and all requests; another one may take its place. */
  signal: AbortSignal | undefined;
  readonly #clock: Clock;
  readonly #agent: https.Agent;
  readonly #pace: Pace;
  readonly #drafts = new Set<string>();
  #token: Promise<string> | undefined;
  #mails = 0;

  constructor(place: Place) {
    super(place.mailbox, place.to);
    this.place = place;
    this.#clock = place.clock ?? systemClock;
    this.#pace = place.pace ?? new Pace(0, 0);
    this.#agent = place.agent ?? new https.Agent({ keepAlive: true, ...(place.ca !== undefined && { ca: place.ca }) });
  }

  /** How many mails may have gone out. */
  get mails(): number {
    return this.#mails;
  }

  /** Any request below Graph's or Entra's origin, or to a whole URL. */
  async request(url: string, wish: Wish = {}): Promise<Reply> {
    guardRecipients(wish, this.place.to);
    const whole = url.startsWith('https:') ? url : this.place.graphHost + url;
    const path = new URL(whole).pathname.toLowerCase();
    const isSend = wish.method === 'POST' && /\/send(?:mail)?$/.test(path);
    if (isSend && (path.endsWith('/send') || recipientsOf(wish).length > 0)) this.#countMail();
    return this.#pace.run(isSend, () => this.#ask(whole, wish), this.#clock, this.signal);
  }

  #countMail(): void {
    const { maxMails = Number.POSITIVE_INFINITY } = this.place;
    if (this.#mails >= maxMails)
      throw new ProbeFailure(`More than the ${maxMails} mails that were announced would be sent.`);
    this.#mails += 1;
  }

  async #ask(url: string, wish: Wish): Promise<Reply> {
    const { signal } = this;
    signal?.throwIfAborted();
    try {
      const reply = await ask(url, wish, this.#agent, signal);
      this.exchanges.push(exchangeOf(url, wish, reply, this.#roles));
      return reply;
    } catch (error) {
      this.exchanges.push(exchangeOf(url, wish, error as Error, this.#roles));
      throw error;
    }
  }

  get #roles() {
    const { authorityHost, graphHost } = this.place;
    return { authorityHost, graphHost, roleOf: (address: string) => this.roleOf(address) };
  }

  /** `sender`, `recipient 1` …, by the order in which recipients were given; the sender is none of them. */
  roleOf(address: string): string {
    const { mailbox, to } = this.place;
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
    return `${this.place.authorityHost}/${this.place.tenantId}/oauth2/v2.0/token`;
  }

  assertion(changes: Partial<AssertionWishes> = {}): string {
    const { clientId, certificate } = this.place;
    return clientAssertion({ clientId, certificate, audience: this.tokenEndpoint, ...changes });
  }

  /** A token request with a good assertion; `form` overrides its fields, `undefined` takes one out. */
  token(form: Record<string, string | undefined> = {}, endpoint = this.tokenEndpoint): Promise<Reply> {
    const fields = {
      client_id: this.place.clientId,
      grant_type: 'client_credentials',
      scope: `${this.place.graphHost}/.default`,
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
  async graph(method: string, path: string, wish: GraphWish = {}): Promise<Reply> {
    const { json, mime } = wish;
    const type = json === undefined ? (mime === undefined ? undefined : 'text/plain') : 'application/json';
    const whole =
      mime === undefined
        ? json === undefined
          ? undefined
          : JSON.stringify(json)
        : Buffer.from(mime).toString('base64');
    const body = wish.body ?? whole;
    const reply = await this.request(`/v1.0/users/${encodeURIComponent(this.place.mailbox)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${wish.token ?? (await this.accessToken())}`,
        ...(type !== undefined && { 'content-type': type }),
        ...wish.headers,
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
    // By its immutable id, what was sent could be deleted from Sent Items.
    const sent = /^\/messages\/([^/]+)\/send$/.exec(path)?.[1];
    if (sent !== undefined && status === 202) this.#drafts.delete(decodeURIComponent(sent));
  }

  sendMail(mime: string | Buffer, wish: GraphWish = {}): Promise<Reply> {
    return this.graph('POST', '/sendMail', {
      mime,
      ...wish,
      headers: { 'content-type': 'text/plain', ...wish.headers },
    });
  }

  /** A draft that is deleted at the end. Throws when it was not created. */
  async draft(mime: string | Buffer, wish: GraphWish = {}): Promise<Reply> {
    const reply = await this.graph('POST', '/messages', { mime, ...wish });
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

  /** Lets what was sent come to rest. */
  settle(): Promise<void> {
    return this.#pace.settle(this.#clock, this.signal);
  }

  close(): void {
    if (this.place.agent === undefined) this.#agent.destroy();
  }
}

export function messagePath(id: string): string {
  return `/messages/${encodeURIComponent(id)}`;
}
