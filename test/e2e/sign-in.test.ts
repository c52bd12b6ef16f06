import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGraphTransporter, type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { createCertificate, type Sandbox, startSandbox } from '../../src/sandbox/index.js';

/** Milliseconds that have passed for the transport and for nobody else. */
const time = vi.hoisted(() => ({ ahead: 0 }));
vi.mock('../../src/common/timers.js', async (original) => {
  const real = await original<typeof import('../../src/common/timers.js')>();
  return { ...real, elapsed: () => real.elapsed() + time.ahead };
});

const secret = 'Wq~8Q.a-very-secret-value';
const clientId = '44444444-2222-4333-8444-555555555555';
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ apps: [{ clientId, certificates: [], secrets: [secret] }] });
});
beforeEach(() => sandbox.clear());
afterAll(() => sandbox.close());

const mail = { from: 'noreply@contoso.example', to: 'ana@example.com', subject: 'Hi', text: 'Hello' };

/** Options of the sandbox without its certificate. */
function bare(): GraphTransportOptions {
  const { certificate: _, ...others } = sandbox.options;
  return others;
}

/** Mailbox and cloud alone, for those who bring a token. */
function unsigned(): GraphTransportOptions {
  const { mailbox, cloud } = sandbox.options;
  return { mailbox, cloud };
}

async function send(options: GraphTransportOptions, count = 1) {
  const transporter = createGraphTransporter(options);
  try {
    return await Promise.all(Array.from({ length: count }, () => transporter.sendMail(mail)));
  } finally {
    transporter.close();
  }
}

/** A token of the sandbox, got by other means. */
async function token(): Promise<string> {
  const body = new URLSearchParams({
    client_id: clientId,
    client_secret: secret,
    grant_type: 'client_credentials',
    scope: `${sandbox.url}/.default`,
  });
  const { send: request } = await import('../../src/graph/http.js');
  const { createAgent } = await import('../../src/graph/agent.js');
  const agent = createAgent(sandbox.ca);
  const url = `${sandbox.url}/${sandbox.options.tenantId}/oauth2/v2.0/token`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await request({
    method: 'POST',
    url,
    headers,
    body: Buffer.from(String(body)),
    agent,
    timeout: 5_000,
  });
  agent.destroy();
  return JSON.parse(answer.body).access_token;
}

describe('who signs in', () => {
  it('a client secret does', async () => {
    await expect(send({ ...bare(), clientId, clientSecret: secret })).resolves.toHaveLength(1);
  });

  it('a wrong client secret is EAUTH with what to do, and is not in the error', async () => {
    const wrong = 'not-the-secret-at-all';
    const error = await send({ ...bare(), clientId, clientSecret: wrong }).catch((e) => e);
    expect(error).toMatchObject({
      code: 'EAUTH',
      aadsts: 7000215,
      outcome: 'not-sent',
      hint: expect.stringMatching(/Value/),
    });
    expect(JSON.stringify(error) + error.stack).not.toContain(wrong);
  });

  it('an Azure credential does, asked for this cloud’s scope', async () => {
    const getToken = vi.fn(async () => ({ token: await token(), expiresOnTimestamp: Date.now() + 3_600_000 }));
    await send({ ...unsigned(), credential: { getToken } }, 5);
    expect(getToken).toHaveBeenCalledOnce();
    expect(getToken).toHaveBeenCalledWith(`${sandbox.url}/.default`, {});
  });

  it('an Azure credential is asked again with the claims that Graph wants', async () => {
    sandbox.fault({ on: 'sendMail', claimsChallenge: true });
    const getToken = vi.fn(async () => ({ token: await token(), expiresOnTimestamp: Date.now() + 3_600_000 }));
    await send({ ...unsigned(), credential: { getToken } });
    expect(getToken).toHaveBeenCalledTimes(2);
    expect(getToken).toHaveBeenLastCalledWith(expect.any(String), { claims: expect.stringContaining('access_token') });
  });

  it('a token from anywhere does', async () => {
    await expect(send({ ...unsigned(), getToken: token })).resolves.toHaveLength(1);
    const getToken = async () => ({ token: await token(), expiresOnTimestamp: Date.now() + 60_000 });
    await expect(send({ ...unsigned(), getToken })).resolves.toHaveLength(1);
  });

  it.each<[string, () => Promise<never>, RegExp]>([
    ['that throws', async () => Promise.reject(new Error('vault is sealed')), /getToken failed: vault is sealed/],
    ['that gives nothing', (async () => undefined) as never, /no token/],
    ['that gives an empty token', (async () => '') as never, /no token/],
    [
      'whose time is not a number',
      (async () => ({ token: 'x', expiresOnTimestamp: 'soon' })) as never,
      /expiresOnTimestamp/,
    ],
  ])('a getToken %s is EAUTH, not sent', async (_name, getToken, message) => {
    const error = await send({ ...unsigned(), getToken, maxRetries: 0 }).catch((e) => e);
    expect(error).toMatchObject({
      code: 'EAUTH',
      outcome: 'not-sent',
      command: 'TOKEN',
      message: expect.stringMatching(message),
    });
  });

  it('a getToken that never answers is ETIMEDOUT, not sent', async () => {
    const error = await send({
      ...unsigned(),
      getToken: () => new Promise(() => {}),
      timeout: 50,
      maxRetries: 0,
    }).catch((e) => e);
    expect(error).toMatchObject({ code: 'ETIMEDOUT', outcome: 'not-sent', command: 'TOKEN' });
  });

  it('a clientAssertion that fails is EAUTH with its reason', async () => {
    const clientAssertion = () => Promise.reject(new Error('key vault answered 403'));
    const error = await send({ ...bare(), clientAssertion, maxRetries: 0 }).catch((e) => e);
    expect(error).toMatchObject({
      code: 'EAUTH',
      outcome: 'not-sent',
      message: expect.stringMatching(/key vault answered 403/),
    });
  });

  it('a clientAssertion is asked once for many messages, and its refusal is an error of its own for each', async () => {
    const clientAssertion = vi.fn(() => Promise.resolve('no.real.assertion'));
    const transporter = createGraphTransporter({ ...bare(), clientAssertion });
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => transporter.sendMail(mail)));
    transporter.close();
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'EAUTH', aadsts: 50027, outcome: 'not-sent' },
      });
    }
    expect(new Set(results.map((result) => (result as PromiseRejectedResult).reason)).size).toBe(50);
    expect(clientAssertion).toHaveBeenCalledOnce();
    expect(clientAssertion).toHaveBeenCalledWith({
      clientId: sandbox.options.clientId,
      tokenEndpoint: `${sandbox.url}/${sandbox.options.tenantId}/oauth2/v2.0/token`,
    });
  });
});

describe('the token', () => {
  it('is asked for once, however many messages wait on a cold transport', async () => {
    await send(sandbox.options, 100);
    expect(sandbox.stats()).toMatchObject({ tokenRequests: 1, submissions: 100 });
  });

  it('is shared by all transporters of one transport', async () => {
    const transport = graphTransport(sandbox.options);
    const transporters = Array.from({ length: 20 }, () => createTransport(transport));
    await Promise.all(transporters.map((transporter) => transporter.sendMail(mail)));
    expect(sandbox.stats()).toMatchObject({ tokenRequests: 1, submissions: 20 });
    expect(Math.max(...Object.values(sandbox.stats().maxInFlight))).toBeLessThanOrEqual(4);
    transport.close();
  });

  it('that is revoked is replaced once, for all messages', async () => {
    const transporter = createGraphTransporter(sandbox.options);
    await transporter.sendMail(mail);
    sandbox.revokeTokens();
    const infos = await Promise.all(Array.from({ length: 8 }, () => transporter.sendMail(mail)));
    expect(infos.every(({ attempts }) => attempts <= 2)).toBe(true);
    expect(sandbox.stats()).toMatchObject({ tokenRequests: 2, submissions: 9 });
    transporter.close();
  });

  it('without a permission that was granted since is replaced, for all transports, without a restart', async () => {
    const apps = [{ clientId, secrets: [secret], roles: [] as string[] }];
    const own = await startSandbox({ clientId, apps });
    const transporters = [createGraphTransporter(own.options), createGraphTransporter(own.options)];
    for (const transporter of transporters) await transporter.verify();
    own.tenant.apps.set({ clientId, roles: ['Mail.Send'] });
    const mails = transporters.flatMap((transporter) => Array.from({ length: 4 }, () => transporter.sendMail(mail)));
    const infos = await Promise.all(mails);
    expect(infos.every(({ attempts }) => attempts <= 2)).toBe(true);
    expect(own.stats()).toMatchObject({ tokenRequests: 2, submissions: 8 });
    for (const transporter of transporters) transporter.close();
    await own.close();
  });

  it('that is still valid serves on while the token endpoint is down', async () => {
    // A life of 200 s puts the renewal window at 100 s before its end.
    const short = await startSandbox({ tokenLifetime: 200 });
    const transporter = createGraphTransporter(short.options);
    await transporter.sendMail(mail);
    time.ahead = 120_000;
    short.fault({ on: 'token', times: Number.POSITIVE_INFINITY, status: 503 });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => transporter.sendMail(mail)));
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(short.stats().tokenRequests).toBe(2);
    transporter.close();
    await short.close();
  });
  afterEach(() => {
    time.ahead = 0;
  });
});

describe('the certificate', () => {
  it('can be looked at for health checks', async () => {
    const made = await createCertificate({ commonName: 'health', days: 90 });
    const transport = graphTransport({ ...sandbox.options, certificate: made.privateKey + made.certificate });
    expect(transport.certificate).toMatchObject({
      subject: expect.stringContaining('health'),
      thumbprintSha1: made.thumbprintSha1,
      thumbprintSha256: made.thumbprintSha256,
    });
    expect(Math.round((Number(transport.certificate?.validTo) - Date.now()) / 86_400_000)).toBe(90);
    transport.close();
  });
});
