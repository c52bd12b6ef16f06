import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { Target, type TargetSettings } from '../../../src/cli/live/common/target.js';
import type { Clock } from '../../../src/common/clock.js';
import type { Sandbox } from '../../../src/sandbox/index.js';

export const TENANT = '7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee';
export const CLIENT = 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee';
export const MAILBOX = 'noreply@contoso.test';
export const FRIEND = 'ana.lovelace@fabrikam.test';

/** Time that passes as soon as somebody waits for it. */
export class HastyClock implements Clock {
  #elapsed = 0;
  now = () => Date.now();
  elapsed = () => this.#elapsed;
  after(ms: number, callback: () => void): () => void {
    const immediate = setImmediate(() => {
      this.#elapsed += ms;
      callback();
    });
    return () => clearImmediate(immediate);
  }
}

export type Answer = (request: { url: string; authorization: string; body: string }) =>
  | {
      status: number;
      headers?: Record<string, string>;
      body: string;
    }
  | undefined;

/** A service that gives a token with all roles once, and answers everything else by `answer`; undefined breaks the connection. */
export async function serviceThat(
  answer: Answer,
  sandbox: Sandbox,
  more: Partial<TargetSettings> = {},
): Promise<{ target: Target; token: string }> {
  const roles = Buffer.from(JSON.stringify({ roles: ['Mail.Send', 'Mail.ReadWrite'], tid: TENANT })).toString(
    'base64url',
  );
  const token = `eyJhbGciOiJSUzI1NiJ9.${roles}.c2lnbmF0dXJlLW9mLXRoZS1zZXJ2aWNl`;
  const [, cert = ''] = sandbox.identity.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  let signedIn = false;
  const server = https.createServer({ key: sandbox.identity, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url = '', headers } = request;
      if (!signedIn && url.endsWith('/token')) {
        signedIn = true;
        response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3599 }));
        return;
      }
      const body = Buffer.concat(chunks).subarray(0, 2_000).toString();
      const told = answer({ url, authorization: headers.authorization ?? '', body });
      if (!told) return void response.destroy();
      response.writeHead(told.status, told.headers).end(told.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const settings: TargetSettings = {
    tenantId: TENANT,
    clientId: CLIENT,
    authorityHost: origin,
    graphHost: origin,
    certificate: sandbox.options.certificate,
    mailbox: MAILBOX,
    to: [FRIEND, MAILBOX],
    ca: sandbox.ca,
    clock: new HastyClock(),
    ...more,
  };
  const target = new Target(settings);
  onTestFinished(() => {
    target.close();
    server.closeAllConnections();
    server.close();
  });
  return { target, token };
}
