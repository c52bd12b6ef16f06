import { Agent } from 'node:https';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { msalTokenRequest } from '../../src/auth/token-request.js';
import { systemClock } from '../../src/common/clock.js';
import { classifySubmission } from '../../src/delivery/request/outcome.js';
import { createAgent, ProxyAgent } from '../../src/graph/agent.js';
import { GraphClient } from '../../src/graph/client.js';
import { type HttpAnswer, send } from '../../src/graph/http.js';
import { describeNetworkFailure, NetworkFailure } from '../../src/graph/network-failure.js';
import { proxyFor } from '../../src/graph/proxy.js';
import { makeCertificate } from '../helpers/certificates.js';
import { expectNoSecrets } from '../helpers/failure.js';
import { clientId, mailbox, tenantId } from '../helpers/fixtures.js';
import { type Connect, startProxy, type TestProxy, type TestProxyOptions } from '../helpers/proxy-server.js';
import { accessToken, type RawServer, type RawServerOptions, startRawServer } from '../helpers/raw-server.js';

const password = 'p@ss/wörd';
const credentials = `user:${encodeURIComponent(password)}@`;
const secrets = [password, encodeURIComponent(password), Buffer.from(`user:${password}`).toString('base64')];

/** Names that only the proxy can resolve. */
const graphHost = 'https://graph.contoso.test';
const authorityHost = 'https://login.contoso.test';
const serverCertificate = makeCertificate({
  subject: 'Graph',
  hosts: ['graph.contoso.test', 'login.contoso.test', '127.0.0.1'],
});
const proxyCertificate = makeCertificate({ subject: 'Proxy', hosts: ['127.0.0.1'] });
const ca = `${serverCertificate.certificate}${proxyCertificate.certificate}`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function target(options: RawServerOptions = {}): Promise<RawServer> {
  const server = await startRawServer({ certificate: serverCertificate, ...options });
  cleanups.push(() => server.close());
  return server;
}

async function proxyThat(
  connect: (request: Connect) => void,
  options: Partial<TestProxyOptions> = {},
): Promise<TestProxy> {
  const proxy = await startProxy({ connect, ...options });
  cleanups.push(() => proxy.close());
  return proxy;
}

/** A proxy that answers CONNECT with these bytes and nothing else. */
const proxyAnswering = (bytes: string, options?: Partial<TestProxyOptions>) =>
  proxyThat(({ socket }) => socket.write(bytes), options);

function agentFor(url: string, trusted: string | undefined = ca, timeout = 20_000): Agent {
  const proxy = url.replace('://', `://${credentials}`);
  const agent = createAgent(trusted, { choose: (to) => proxyFor(to, proxy, {}), userAgent: 'test/1', timeout });
  cleanups.push(() => agent.destroy());
  return agent;
}

/** Closes its connections after 20 ms without use. */
function impatientAgent(url: string): Agent {
  const choose = (to: string) => proxyFor(to, url, {});
  const agent = new ProxyAgent({ keepAlive: true, timeout: 20, ca }, { choose, userAgent: 'test/1', timeout: 20_000 });
  cleanups.push(() => agent.destroy());
  return agent;
}

function post(
  agent: Agent,
  wanted: { url?: string; timeout?: number; signal?: AbortSignal } = {},
): Promise<HttpAnswer> {
  const url = wanted.url ?? `${graphHost}/v1.0/users/a/sendMail`;
  const { timeout = 20_000, signal } = wanted;
  return send({ method: 'POST', url, headers: {}, body: Buffer.from('Zm9v'), agent, timeout, signal });
}

async function failureOf(answer: Promise<HttpAnswer>): Promise<NetworkFailure> {
  const result = await answer.catch((error: unknown) => error);
  if (result instanceof NetworkFailure) return result;
  throw new Error(`expected a NetworkFailure, but got ${inspect(result)}`);
}

describe('through a proxy', () => {
  test.each(['http', 'https'])('an %s proxy opens one kept tunnel for each host', async (kind) => {
    const server = await target();
    const proxy = await proxyThat(
      (request) => request.open(server.port),
      kind === 'https' ? { certificate: proxyCertificate } : {},
    );
    server.origin = authorityHost;
    const agent = agentFor(proxy.url);
    const requestToken = msalTokenRequest({
      identity: { tenantId, clientId, credential: { kind: 'secret', secret: 'client-secret' } },
      certificates: undefined,
      cloud: { authorityHost, graphHost, ca, wellKnown: false },
      agent,
      userAgent: 'test/1',
      timeout: 20_000,
      clock: systemClock,
    });
    expect((await requestToken()).token).toBe(accessToken);
    expect((await requestToken()).token).toBe(accessToken);
    const graph = new GraphClient(graphHost, agent, 'test/1', 20_000);
    for (let i = 0; i < 3; i++) {
      const call = { token: accessToken, clientRequestId: `id-${i}` };
      expect((await graph.sendMail(mailbox, Buffer.from('Zm9v'), call)).status).toBe(202);
    }
    expect(proxy.connects.map((one) => one.target)).toEqual(['login.contoso.test:443', 'graph.contoso.test:443']);
    expect(server.tokenRequests).toHaveLength(2);
    expect(server.graphRequests).toBe(3);
    expect(proxy.connects[0]?.head.split('\r\n')).toEqual([
      'CONNECT login.contoso.test:443 HTTP/1.1',
      'Host: login.contoso.test:443',
      'User-Agent: test/1',
      `Proxy-Authorization: Basic ${Buffer.from(`user:${password}`).toString('base64')}`,
    ]);
    expectNoSecrets(agent, secrets);
  });

  test('a request to a host without a proxy goes there directly', async () => {
    const server = await target();
    const proxy = await proxyThat(() => {});
    const agent = createAgent(ca, {
      choose: (url) => proxyFor(url, undefined, { HTTPS_PROXY: proxy.url }),
      userAgent: 'test/1',
      timeout: 20_000,
    });
    cleanups.push(() => agent.destroy());
    expect((await post(agent, { url: `${server.origin}/v1.0/users/a/sendMail` })).status).toBe(202);
    expect(proxy.connects).toHaveLength(0);
  });

  test('an idle tunnel is closed by us', async () => {
    const server = await target();
    const proxy = await proxyThat((request) => request.open(server.port));
    const agent = impatientAgent(proxy.url);
    expect((await post(agent)).status).toBe(202);
    await proxy.idle();
    expect((await post(agent)).status).toBe(202);
    expect(proxy.connects).toHaveLength(2);
    await proxy.idle();
  });

  test('an idle tunnel that the proxy resets is replaced', async () => {
    const server = await target();
    const proxy = await proxyThat((request) => request.open(server.port));
    const agent = agentFor(proxy.url);
    await post(agent);
    proxy.connects[0]?.socket.resetAndDestroy();
    await proxy.idle();
    while (Object.keys(agent.freeSockets).length > 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await post(agent)).status).toBe(202);
    expect(proxy.connects).toHaveLength(2);
  });

  test('destroying the agent closes idle tunnels', async () => {
    const server = await target();
    const proxy = await proxyThat((request) => request.open(server.port));
    const agent = agentFor(proxy.url);
    await post(agent);
    agent.destroy();
    await proxy.idle();
  });

  test('the connection that broke after the handshake leaves the outcome open', async () => {
    const server = await target({
      graph: async (exchange) => {
        await exchange.body();
        exchange.tcp.resetAndDestroy();
      },
    });
    const proxy = await proxyThat((request) => request.open(server.port));
    const failure = await failureOf(post(agentFor(proxy.url)));
    expect(failure).toMatchObject({ written: true, proxy: undefined });
    expect(classifySubmission(failure, 0)).toEqual({ kind: 'unknown' });
  });

  test('the target’s certificate is checked, for the target’s name', async () => {
    const server = await target();
    const proxy = await proxyThat((request) => request.open(server.port));
    const untrusted = await failureOf(post(agentFor(proxy.url, proxyCertificate.certificate)));
    expect(untrusted).toMatchObject({ written: false, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(describeNetworkFailure(untrusted, 'graph.contoso.test')).toMatchObject({ code: 'ETLS', permanent: true });
    const misnamed = await failureOf(post(agentFor(proxy.url), { url: 'https://other.contoso.test/' }));
    expect(misnamed).toMatchObject({ written: false, code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(describeNetworkFailure(misnamed, 'other.contoso.test').code).toBe('ETLS');
    expect(server.graphRequests).toBe(0);
  });

  test('an https proxy that is not trusted is EPROXY', async () => {
    const proxy = await proxyThat(() => {}, { certificate: proxyCertificate });
    const failure = await failureOf(post(agentFor(proxy.url, serverCertificate.certificate)));
    expect(failure).toMatchObject({ written: false, code: 'EPROXY' });
    expect(describeNetworkFailure(failure, 'graph.contoso.test')).toMatchObject({ code: 'EPROXY', permanent: true });
    expect(failure.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(proxy.connects).toHaveLength(0);
  });
});

const html = '<html><body>Please sign in</body></html>';
const body = `Content-Type: text/html\r\nContent-Length: ${html.length}\r\n\r\n${html}`;

describe('a proxy’s own answer is EPROXY and never the target’s', () => {
  test.each<[string, string, boolean, string]>([
    ['407', `HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm="x"\r\n${body}`, true, '407 Proxy Auth'],
    ['403', `HTTP/1.1 403 No\r\n${body}`, true, '403 Forbidden'],
    ['302 to a login page', `HTTP/1.1 302 Found\r\nLocation: /login\r\n${body}`, true, '302 Found'],
    ['401', `HTTP/1.1 401 No\r\n${body}`, true, '401 Unauthorized'],
    ['405 of a web server', `HTTP/1.1 405 No\r\n${body}`, true, '405 Method Not Allowed'],
    ['400', `HTTP/1.0 400 Bad\r\n${body}`, true, '400 Bad Request'],
    ['202', `HTTP/1.1 202 Accepted\r\nrequest-id: x\r\n\r\n`, true, '202 Accepted'],
    ['204', `HTTP/1.1 204 No Content\r\n\r\n`, true, '204 No Content'],
    ['500', `HTTP/1.1 500 Oops\r\n${body}`, false, '500 Internal'],
    ['502', `HTTP/1.1 502 Bad\r\n${body}`, false, '502 Bad Gateway'],
    ['503 with Retry-After', `HTTP/1.1 503 Later\r\nRetry-After: 100000\r\n${body}`, false, '503 Service'],
    ['504', `HTTP/1.1 504\r\n\r\n`, false, '504 Gateway Timeout'],
    ['429 with Retry-After', `HTTP/1.1 429 Slow\r\nRetry-After: 100000\r\n\r\n`, false, '429 Too Many'],
    ['an unknown status', `HTTP/1.1 299 What\r\n\r\n`, true, '299'],
    ['200 and a page', `HTTP/1.1 200 OK\r\n${body}`, true, 'not TLS'],
    ['garbage', 'SSH-2.0-OpenSSH_9\r\n\r\n', true, 'not HTTP/1'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n', true, 'not HTTP/1'],
    ['an endless head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, true, 'not HTTP/1'],
  ])('%s', async (_, bytes, permanent, words) => {
    const proxy = await proxyAnswering(bytes);
    const agent = agentFor(proxy.url);
    const failure = await failureOf(post(agent));
    expect(failure).toMatchObject({ written: false, reason: 'network', code: 'EPROXY' });
    const fault = describeNetworkFailure(failure, 'graph.contoso.test');
    expect(fault).toMatchObject({ code: 'EPROXY', permanent });
    expect(fault.text).toContain(`http://127.0.0.1:${proxy.port}`);
    expect(fault.text).toContain('graph.contoso.test:443');
    expect(fault.text).toContain(words);
    expect(fault.hint).toBeTruthy();
    expect(classifySubmission(failure, 0).kind).toBe('not-sent');
    expect(classifySubmission(failure, 0)).not.toMatchObject({ throttled: true });
    for (const value of [failure, agent]) expectNoSecrets(value, secrets);
    await proxy.idle();
  });

  test('200 and a page a little later', async () => {
    const proxy = await proxyThat(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.once('data', () => socket.write(html));
    });
    const failure = await failureOf(post(agentFor(proxy.url)));
    expect(failure).toMatchObject({ written: false, code: 'EPROXY', proxy: { permanent: true } });
  });

  test('bytes that came with the answer belong to the tunnel', async () => {
    const server = await target();
    // A TLS alert (close_notify) before anything else: only a reader of those bytes can know of it.
    const alert = '\x15\x03\x03\x00\x02\x01\x00';
    const proxy = await proxyThat((request) => request.open(server.port, alert));
    const failure = await failureOf(post(agentFor(proxy.url)));
    expect(failure.written).toBe(false);
    expect(server.graphRequests).toBe(0);
  });

  test('the proxy’s answer in single bytes is read all the same', async () => {
    const proxy = await proxyThat(async ({ socket }) => {
      for (const byte of 'HTTP/1.1 403 No\r\nA: b\r\n\r\n') {
        socket.write(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    expect((await failureOf(post(agentFor(proxy.url)))).message).toContain('403 Forbidden');
  });

  test('407 says what to do: with credentials, without, and when Basic is not offered', async () => {
    const offer = (scheme: string) => `HTTP/1.1 407 X\r\nProxy-Authenticate: ${scheme} realm="x"\r\n\r\n`;
    const basic = await proxyAnswering(offer('Basic'));
    expect((await failureOf(post(agentFor(basic.url)))).proxy?.hint).toMatch(/user name or password in Option 'proxy'/);
    const bare = createAgent(ca, {
      choose: (to) => proxyFor(to, undefined, { HTTPS_PROXY: basic.url }),
      userAgent: 'test/1',
      timeout: 20_000,
    });
    expect((await failureOf(post(bare))).proxy?.hint).toMatch(/HTTPS_PROXY: http:\/\/user:password@host:port/);
    const ntlm = await proxyAnswering(offer('Negotiate').replace('\r\n\r\n', '\r\nproxy-authenticate: NTLM\r\n\r\n'));
    expect((await failureOf(post(agentFor(ntlm.url)))).proxy?.hint).toContain('Negotiate, NTLM');
  });
});

describe('a proxy that fails is EPROXY, worth another try', () => {
  test.each<[string, (socket: Socket) => void]>([
    ['closes at once', (socket) => socket.end()],
    ['resets at once', (socket) => socket.resetAndDestroy()],
    ['closes on CONNECT', (socket) => socket.once('data', () => socket.end())],
    ['resets on CONNECT', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['closes amid its answer', (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nVi'))],
    ['closes the tunnel at once', (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'))],
    [
      'resets the tunnel on the TLS handshake',
      (socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.once('data', () => socket.resetAndDestroy());
        }),
    ],
  ])('it %s', async (_, connection) => {
    const proxy = await proxyThat(() => {}, { connection });
    const failure = await failureOf(post(agentFor(proxy.url)));
    expect(failure).toMatchObject({ written: false, reason: 'network', code: 'EPROXY' });
    const fault = describeNetworkFailure(failure, 'graph.contoso.test');
    expect(fault).toMatchObject({ code: 'EPROXY', permanent: false });
    expect(fault.text).toContain(`http://127.0.0.1:${proxy.port}`);
    expect(classifySubmission(failure, 0)).toEqual({ kind: 'not-sent', retry: 'later', throttled: false });
    expectNoSecrets(failure, secrets);
  });

  test.each([
    ['refuses connections', 'http://127.0.0.1:1', 'ECONNREFUSED'],
    ['has a name that is not known', 'http://proxy.invalid:8080', 'proxy.invalid'],
  ])('it %s', async (_, url, words) => {
    const failure = await failureOf(post(agentFor(url)));
    expect(failure).toMatchObject({ written: false, code: 'EPROXY', proxy: { permanent: false } });
    expect(failure.message).toContain(words);
    expect(failure.message).toContain(url);
    expectNoSecrets(failure, secrets);
  });

  test.each([
    ['to connect over TLS', 'https', (socket: Socket) => socket.resume()],
    ['to CONNECT', 'http', (socket: Socket) => socket.resume()],
    ['in the tunnel', 'http', (socket: Socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))],
  ] as const)('it never answers %s', async (_, kind, connection) => {
    const proxy = await proxyThat(() => {}, { connection });
    const failure = await failureOf(post(agentFor(`${kind}://127.0.0.1:${proxy.port}`, ca, 100)));
    expect(failure).toMatchObject({ written: false, reason: 'network', code: 'EPROXY', proxy: { permanent: false } });
    await proxy.idle();
  });
});

describe('a request that ends before its tunnel is there', () => {
  test('by its own time limit: as not written', async () => {
    const proxy = await proxyThat(() => {});
    const failure = await failureOf(post(agentFor(proxy.url), { timeout: 100 }));
    expect(failure).toMatchObject({ written: false, reason: 'timeout' });
  });

  test('with the same time limit as the tunnel, the proxy is named', async () => {
    const proxy = await proxyThat(() => {});
    const failure = await failureOf(post(agentFor(proxy.url, ca, 100), { timeout: 100 }));
    expect(failure).toMatchObject({ written: false, code: 'EPROXY' });
  });

  test('by the caller: at once, and nothing goes through the tunnel that opens later', async () => {
    const server = await target();
    const controller = new AbortController();
    let open = () => {};
    const proxy = await proxyThat((request) => {
      open = () => request.open(server.port);
      controller.abort();
    });
    const agent = impatientAgent(proxy.url);
    const failure = await failureOf(post(agent, { signal: controller.signal }));
    expect(failure).toMatchObject({ written: false, reason: 'aborted' });
    open();
    await proxy.idle();
    expect(server.graphRequests).toBe(0);
  });

  test('by the end of the agent', async () => {
    const agents: Agent[] = [];
    const proxy = await proxyThat(() => agents[0]?.destroy());
    agents.push(agentFor(proxy.url));
    const failure = await failureOf(post(agents[0] as Agent));
    expect(failure.written).toBe(false);
    await proxy.idle();
  });
});

test('an agent of the user that hands over a connection amid its handshake: written only once that is done', async () => {
  const server = await target();
  const proxy = await proxyThat((request) => request.open(server.port));
  class Other extends Agent {
    override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
      const socket = connect(proxy.port, '127.0.0.1', () =>
        socket.write(`CONNECT ${options.host}:443 HTTP/1.1\r\n\r\n`),
      );
      socket.once('readable', () => {
        socket.read();
        callback?.(null, connectTls({ ...(options as object), socket }));
      });
      return undefined;
    }
  }
  const agent = new Other();
  const failure = await failureOf(post(agent));
  expect(failure).toMatchObject({ written: false, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(server.graphRequests).toBe(0);
});
