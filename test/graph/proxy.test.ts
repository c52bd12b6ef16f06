import { describe, expect, test } from 'vitest';
import { type ProxyEnvironment, proxyFor, settleProxies } from '../../src/graph/proxy.js';
import { expectNoSecrets, thrownBy } from '../helpers/failure.js';

const graph = 'https://graph.microsoft.com/v1.0/users/a/sendMail';
const login = 'https://login.microsoftonline.com';
const proxy = 'http://proxy.contoso.com:8080';
const secret = 'hunter2hunter2';

describe('which proxy', () => {
  test.each<[string, Parameters<typeof proxyFor>[1], ProxyEnvironment, string | undefined]>([
    ['nothing is set', undefined, {}, undefined],
    ['the option', proxy, {}, proxy],
    ['the option as a URL object', new URL(proxy), {}, proxy],
    ['the option before the environment', proxy, { HTTPS_PROXY: 'http://other:1' }, proxy],
    ['the option whatever NO_PROXY says', proxy, { NO_PROXY: '*' }, proxy],
    ['false: none, whatever the environment says', false, { HTTPS_PROXY: proxy }, undefined],
    ['an empty option is the same', '', { HTTPS_PROXY: proxy }, undefined],
    ['HTTPS_PROXY', undefined, { HTTPS_PROXY: proxy }, proxy],
    ['https_proxy', undefined, { https_proxy: proxy }, proxy],
    ['lower case comes first', undefined, { https_proxy: proxy, HTTPS_PROXY: 'http://other:1' }, proxy],
    ['unless it is empty', undefined, { https_proxy: '', HTTPS_PROXY: proxy }, proxy],
    ['an empty variable', undefined, { HTTPS_PROXY: ' ' }, undefined],
    ['NO_PROXY', undefined, { HTTPS_PROXY: proxy, NO_PROXY: 'graph.microsoft.com' }, undefined],
    ['no_proxy', undefined, { HTTPS_PROXY: proxy, no_proxy: 'graph.microsoft.com' }, undefined],
    ['lower case comes first there too', undefined, { HTTPS_PROXY: proxy, no_proxy: 'other', NO_PROXY: '*' }, proxy],
  ])('%s', (_, option, env, expected) => {
    expect(proxyFor(graph, option, env)?.origin).toBe(expected);
  });

  test.each([
    ['proxy.contoso.com:3128', 'http://proxy.contoso.com:3128'],
    ['proxy.contoso.com', 'http://proxy.contoso.com:80'],
    ['HTTP://proxy.contoso.com/', 'http://proxy.contoso.com:80'],
    ['https://proxy.contoso.com', 'https://proxy.contoso.com:443'],
    ['http://[2001:db8::1]:8080', 'http://[2001:db8::1]:8080'],
    [' http://10.0.0.1:8080 ', 'http://10.0.0.1:8080'],
    [`http://user:${secret}@proxy.contoso.com:8080`, proxy],
  ])('%s is read as %s', (given, expected) => {
    expect(proxyFor(graph, given, {})?.origin).toBe(expected);
    expect(proxyFor(graph, undefined, { HTTPS_PROXY: given })?.origin).toBe(expected);
  });

  test('each host is judged by itself', () => {
    const env = { HTTPS_PROXY: proxy, NO_PROXY: '.microsoftonline.com' };
    expect(proxyFor(login, undefined, env)).toBeUndefined();
    expect(proxyFor(graph, undefined, env)?.origin).toBe(proxy);
  });

  test.each(['localhost', 'api.localhost', 'LOCALHOST', '127.0.0.1', '127.9.8.7', '[::1]'])(
    '%s takes no proxy of the environment, but one of the option',
    (host) => {
      expect(proxyFor(`https://${host}:8443`, undefined, { HTTPS_PROXY: proxy })).toBeUndefined();
      expect(proxyFor(`https://${host}:8443`, proxy, {})?.origin).toBe(proxy);
    },
  );

  test.each(['127.example.com', 'localhost.example.com', 'mylocalhost', '[::2]'])('%s is not this machine', (host) => {
    expect(proxyFor(`https://${host}`, undefined, { HTTPS_PROXY: proxy })?.origin).toBe(proxy);
  });
});

describe('NO_PROXY', () => {
  const direct = (url: string, list: string) =>
    proxyFor(url, undefined, { HTTPS_PROXY: proxy, NO_PROXY: list }) === undefined;

  test.each([
    ['*', graph],
    ['a, *', graph],
    ['*:443', graph],
    ['graph.microsoft.com', graph],
    ['GRAPH.Microsoft.COM', graph],
    ['microsoft.com', graph],
    ['.microsoft.com', graph],
    ['*.microsoft.com', graph],
    ['.graph.microsoft.com', graph],
    ['graph.microsoft.com.', graph],
    ['com', graph],
    ['graph.microsoft.com:443', graph],
    ['a,b graph.microsoft.com', graph],
    [' ,, graph.microsoft.com\t', graph],
    ['graph.example:8443', 'https://graph.example:8443'],
    ['10.1.2.3', 'https://10.1.2.3'],
    ['10.1.2.3:8443', 'https://10.1.2.3:8443'],
    ['2001:db8::1', 'https://[2001:db8::1]'],
    ['[2001:DB8::1]', 'https://[2001:db8::1]'],
    ['[2001:db8::1]:8443', 'https://[2001:db8::1]:8443'],
  ])('%j excepts %s', (list, url) => {
    expect(direct(url, list)).toBe(true);
  });

  test.each([
    ['', graph],
    [',', graph],
    ['.', graph],
    ['aph.microsoft.com', graph],
    ['www.graph.microsoft.com', graph],
    ['graph.microsoft.com:8443', graph],
    ['*:8443', graph],
    ['graph.microsoft.com.evil', graph],
    ['graph.example:443', 'https://graph.example:8443'],
    ['2.3', 'https://10.1.2.3'],
    ['.3', 'https://10.1.2.3'],
    ['10.1.2.3:443', 'https://10.1.2.3:8443'],
    ['[2001:db8::1]:443', 'https://[2001:db8::1]:8443'],
  ])('%j does not except %s', (list, url) => {
    expect(direct(url, list)).toBe(false);
  });
});

describe('what is no usable proxy', () => {
  test.each<[unknown, RegExp]>([
    [`socks://user:${secret}@proxy:1080`, /socks:\/\//],
    [`socks5h://user:${secret}@proxy:1080`, /socks5h:\/\//],
    ['ftp://proxy', /ftp:\/\//],
    ['http://', /not the URL/],
    ['http://:8080', /not the URL/],
    [`http://user:${secret}@`, /not the URL/],
    [`http://user:${secret}@proxy:99999`, /not the URL/],
    [`proxy:8080:user:${secret}`, /not the URL/],
    [`http://us/er:${secret}@proxy:8080`, /not the URL/],
    [`http://user:%zz${secret}@proxy`, /percent-encoding/],
    [8080, /is a number of 4 digits/],
    [{ url: secret }, /an object/],
    [null, /null/],
  ])('case %#: as an option', (value, text) => {
    const error = thrownBy(() => proxyFor(graph, value as string, {}));
    expect(error).toMatchObject({ code: 'ECONFIG', permanent: true, outcome: 'not-sent' });
    expect(error.message).toMatch(/^Option 'proxy'/);
    expect(error.message).toMatch(text);
    expect(error.hint).toContain('http://proxy.contoso.com:8080');
    expectNoSecrets(error, [secret]);
  });

  test('in the environment, the variable is named', () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy'] as const) {
      const error = thrownBy(() => proxyFor(graph, undefined, { [name]: `socks5://u:${secret}@p` }));
      expect(error.message).toMatch(new RegExp(`^${name} `));
      expectNoSecrets(error, [secret]);
    }
  });
});

describe('settled for a transport', () => {
  test('nothing is chosen where no proxy is possible', () => {
    expect(settleProxies(undefined, { NO_PROXY: 'a' }, [graph, login])).toBeUndefined();
    expect(settleProxies(false, { HTTPS_PROXY: proxy }, [graph, login])).toBeUndefined();
  });

  test('a proxy that is wrong for one of the hosts is refused at once', () => {
    const env = { HTTPS_PROXY: 'socks5://p', NO_PROXY: 'login.microsoftonline.com' };
    expect(thrownBy(() => settleProxies(undefined, env, [login, graph])).code).toBe('ECONFIG');
  });

  test('a wrong variable that none of the hosts would use does no harm', () => {
    expect(() => settleProxies(undefined, { HTTPS_PROXY: 'socks5://p' }, ['https://localhost:8443'])).not.toThrow();
  });

  test('later changes of the environment do not count', () => {
    const env: ProxyEnvironment = { HTTPS_PROXY: proxy };
    const choose = settleProxies(undefined, env, [graph]);
    env.HTTPS_PROXY = 'http://other:1';
    env.NO_PROXY = '*';
    expect(choose?.(graph)?.origin).toBe(proxy);
  });
});

test('credentials are decoded for the proxy, and shown to nobody else', () => {
  const server = proxyFor(graph, `http://us%3Aer:p%40ss%2F%C3%A9@proxy:8080`, {});
  expect(server?.authorization).toBe(`Basic ${Buffer.from('us:er:p@ss/é').toString('base64')}`);
  expectNoSecrets(server, ['p@ss', 'p%40ss', Buffer.from('us:er:p@ss/é').toString('base64')]);
  expect(JSON.stringify(server)).not.toContain('p%40ss');
});
