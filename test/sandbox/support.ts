// The other side of the wire by hand: node:https and assertions made with node:crypto, so that these tests share nothing
// with the transport or with MSAL.
import { constants, createHash, randomUUID, sign, X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { onTestFinished } from 'vitest';
import { createCertificate, type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer may be anything, and the tests look into it
  json: any;
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export class Client {
  readonly agent: https.Agent;
  readonly sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.agent = new https.Agent({ ca: sandbox.ca, keepAlive: true });
  }

  request(path: string, { method = 'GET', headers = {}, body }: RequestOptions = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = https.request(this.sandbox.url + path, { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** A token request with a good assertion; `form` overrides its fields, `undefined` takes one out. */
  token(form: Record<string, string | undefined> = {}, tenant = this.sandbox.options.tenantId): Promise<Reply> {
    const fields = {
      client_id: this.sandbox.options.clientId,
      grant_type: 'client_credentials',
      scope: `${this.sandbox.url}/.default`,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: (form.client_secret ?? form.client_assertion) ? undefined : this.assertion(),
      ...form,
    };
    const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return this.request(`/${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(given).toString(),
    });
  }

  async accessToken(form: Record<string, string | undefined> = {}): Promise<string> {
    const reply = await this.token(form);
    if (reply.status !== 200) throw new Error(reply.text);
    return reply.json.access_token;
  }

  assertion(changes: AssertionChanges = {}): string {
    const { clientId, tenantId, certificate } = this.sandbox.options;
    const seconds = Math.floor((changes.now ?? Date.now()) / 1000);
    const audience = `${this.sandbox.url}/${tenantId}/oauth2/v2.0/token`;
    const base = { aud: audience, iss: clientId, sub: clientId, jti: randomUUID() };
    return makeAssertion(changes.certificate ?? certificate, changes.privateKey ?? certificate, changes, {
      ...base,
      nbf: seconds,
      iat: seconds,
      exp: seconds + 600,
      ...changes.claims,
    });
  }

  /** A request below `/v1.0/users/{user}`. */
  async graph(method: string, path: string, changes: GraphChanges = {}): Promise<Reply> {
    const { user = this.sandbox.options.mailbox, json, mime } = changes;
    const type = json === undefined ? (mime === undefined ? undefined : 'text/plain') : 'application/json';
    const body = mime === undefined ? JSON.stringify(json) : Buffer.from(mime).toString('base64');
    return this.request(`/v1.0/users/${encodeURIComponent(user)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${changes.token ?? (await this.accessToken())}`,
        ...(type !== undefined && { 'content-type': type }),
        ...changes.headers,
      },
      ...(body !== undefined && { body }),
    });
  }

  async sendMail(mime: string | Buffer, changes: SendChanges = {}): Promise<Reply> {
    return this.request(`/v1.0/users/${encodeURIComponent(changes.user ?? this.sandbox.options.mailbox)}/sendMail`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${changes.token ?? (await this.accessToken())}`,
        'content-type': changes.contentType ?? 'text/plain',
        ...changes.headers,
      },
      body: changes.body ?? Buffer.from(mime).toString('base64'),
    });
  }
}

export interface GraphChanges {
  user?: string;
  token?: string;
  headers?: Record<string, string>;
  /** Sent as `application/json`. */
  json?: unknown;
  /** Sent as base64 in `text/plain`. */
  mime?: string | Buffer;
}

export interface SendChanges {
  user?: string;
  token?: string;
  contentType?: string;
  headers?: Record<string, string>;
  /** Instead of the base64 of the MIME. */
  body?: string;
}

export interface AssertionChanges {
  certificate?: string;
  privateKey?: string;
  alg?: string;
  sha1?: boolean;
  header?: object;
  claims?: object;
  now?: number;
}

function makeAssertion(certificate: string, privateKey: string, changes: AssertionChanges, claims: object): string {
  const { raw } = new X509Certificate(certificate);
  const alg = changes.alg ?? 'PS256';
  const thumbprint = changes.sha1
    ? { x5t: createHash('sha1').update(raw).digest('base64url') }
    : { 'x5t#S256': createHash('sha256').update(raw).digest('base64url') };
  const parts = [{ alg, typ: 'JWT', ...thumbprint, ...changes.header }, claims];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const key = privateKey.slice(privateKey.indexOf('-----BEGIN PRIVATE KEY'));
  const padding =
    alg === 'RS256'
      ? { padding: constants.RSA_PKCS1_PADDING }
      : { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, ...padding }).toString('base64url')}`;
}

// An RSA key takes longer than everything else in a test; one for each file is enough.
const shared = createCertificate();

/** A sandbox and a client of it, both gone when the test is over. */
export async function startClient(options: SandboxOptions = {}): Promise<Client> {
  const { certificate, privateKey } = await shared;
  const client = new Client(await startSandbox({ certificate: certificate + privateKey, ...options }));
  onTestFinished(async () => {
    client.agent.destroy();
    await client.sandbox.close();
  });
  return client;
}

/** A client of an application with these roles and the secret `s`; by default it may send and write drafts. */
export function startClientWith(
  options: SandboxOptions = {},
  roles = ['Mail.Send', 'Mail.ReadWrite'],
): Promise<Client> {
  return startClient({
    clientId: 'app',
    apps: [{ clientId: 'app', certificates: [], secrets: ['s'], roles }],
    ...options,
  });
}

/** Creates a draft of a MIME message. */
export async function createDraft(
  client: Client,
  mime: string | Buffer = mail(),
  changes: GraphChanges = {},
): Promise<{ id: string; path: string; json: Reply['json'] }> {
  const reply = await client.graph('POST', '/messages', { mime, ...changes });
  if (reply.status !== 201) throw new Error(`${reply.status} ${reply.text}`);
  return { id: reply.json.id, path: messagePath(reply.json.id), json: reply.json };
}

export function messagePath(id: string): string {
  return `/messages/${encodeURIComponent(id)}`;
}

export const MAILBOX = 'noreply@contoso.example';

export function mail(headers: Record<string, string> = {}, body = 'Hello'): string {
  const fields = {
    From: MAILBOX,
    To: 'ana@example.com',
    Subject: 'Hi',
    'Message-ID': '<1@contoso.example>',
    ...headers,
  };
  return `${Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}\r\n`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
