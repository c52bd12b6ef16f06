import { describe, expect, it } from 'vitest';
import { checkRule } from '../../../src/sandbox/faults/check-rule.js';
import { SCENARIOS, type ScenarioName, startSandbox } from '../../../src/sandbox/index.js';
import { type Client, mail, startClient } from '../support.js';

/** How each of so many messages ended; a torn connection is its error code. */
async function endings(client: Client, n: number): Promise<(number | string)[]> {
  const token = await client.accessToken();
  const found: (number | string)[] = [];
  for (let at = 0; at < n; at += 1) {
    const ended = client.sendMail(mail({ 'Message-ID': `<${at}@x>` }), { token });
    found.push(
      await ended.then(
        ({ status }) => status,
        ({ code }: NodeJS.ErrnoException) => code ?? '',
      ),
    );
  }
  return found;
}

const faultsOf = (client: Client) => client.sandbox.requests().flatMap(({ fault }) => fault ?? []);

describe('every scenario', () => {
  it.each(SCENARIOS)('$name is made of rules that can be applied, and says what it does', ({ rules, description }) => {
    for (const rule of rules) expect(() => checkRule(rule)).not.toThrow();
    expect(description).toMatch(/^[\w].+\.$/);
  });

  it.each(SCENARIOS)('$name can be chosen at the start', async ({ name, rules }) => {
    const { sandbox } = await startClient({ scenario: name });
    expect(sandbox.faults().map(({ rule, scenario }) => [rule, scenario])).toEqual(rules.map((rule) => [rule, name]));
  });
});

describe('a scenario', () => {
  it('plays the same for the same seed, and says in the log that it was it', async () => {
    const play = async (seed: number) => {
      const client = await startClient({ seed });
      await client.token();
      client.sandbox.scenario('failover');
      // The failed sign-in that belongs to it.
      expect((await client.token()).status).toBe(503);
      return { ended: await endings(client, 60), faults: faultsOf(client) };
    };
    const first = await play(1);
    expect(first.ended).toContain(503);
    expect(first.ended).toContain(504);
    expect(first.ended).toContain('ECONNRESET');
    expect(first.faults.every((fault) => fault.endsWith(' (failover)'))).toBe(true);
    expect(await play(1)).toEqual(first);
    expect((await play(2)).ended).not.toEqual(first.ended);
  });

  it('is put in the place of another, and ended', async () => {
    const { sandbox } = await startClient({ scenario: 'slow' });
    sandbox.fault({ on: 'sendMail', status: 500 });
    sandbox.scenario('expiring');
    expect(sandbox.faults().map(({ scenario }) => scenario)).toEqual([undefined, 'expiring', 'expiring']);
    sandbox.scenario(undefined);
    expect(sandbox.faults().map(({ rule }) => rule.status)).toEqual([500]);
  });

  it('stays when the sandbox is cleared, and begins anew', async () => {
    const client = await startClient({ scenario: 'failover' });
    client.sandbox.fault({ on: 'token', status: 500 });
    expect((await client.token()).status).toBe(500);
    expect((await client.token()).json.error_codes).toEqual([90033]);
    expect((await client.token()).status).toBe(200);
    client.sandbox.clear();
    expect((await client.token()).json.error_codes).toEqual([90033]);
  });

  it('comes after the rules that were given, and after magic recipients', async () => {
    const client = await startClient();
    const token = await client.accessToken();
    client.sandbox.scenario('slow');
    client.sandbox.fault({ on: 'sendMail', status: 500 });
    const message = mail({ To: 'lost-504@fault.test' });
    expect((await client.sendMail(message, { token })).status).toBe(500);
    expect((await client.sendMail(message, { token })).status).toBe(504);
  });

  it('that nobody knows is refused with the name that is like it', async () => {
    const { sandbox } = await startClient();
    expect(() => sandbox.scenario('failovr' as ScenarioName)).toThrow(
      'sandbox.scenario: there is no scenario "failovr". Did you mean "failover"?',
    );
    expect(() => sandbox.scenario('chaos' as ScenarioName)).toThrow(
      'Known are monday-morning, failover, slow, expiring.',
    );
    await expect(startSandbox({ scenario: 'chaos' as ScenarioName })).rejects.toThrow(
      'startSandbox: "scenario" is a string of 5 characters, expected one of "monday-morning"',
    );
  });
});

it('monday-morning throttles, with Retry-After in seconds and in parts of them, and is slower', async () => {
  const client = await startClient();
  const token = await client.accessToken();
  client.sandbox.scenario('monday-morning');
  const replies = await Promise.all(
    Array.from({ length: 4 }, async (_, part) => {
      const found = [];
      for (let at = 0; at < 8; at += 1) {
        found.push(await client.sendMail(mail({ 'Message-ID': `<${part}.${at}@x>` }), { token }));
      }
      return found;
    }),
  ).then((parts) => parts.flat());
  const refused = replies.filter(({ status }) => status === 429);
  expect(new Set(refused.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['1', '1.128']));
  expect(new Set(refused.map(({ json }) => json.error.code))).toEqual(
    new Set(['TooManyRequests', 'ApplicationThrottled']),
  );
  const slowest = client.sandbox.requests().filter(({ fault }) => fault?.startsWith('delay'));
  expect(slowest.length).toBeGreaterThan(10);
  for (const { durationMs = 0 } of slowest) expect(durationMs).toBeGreaterThanOrEqual(48);
});

it('expiring refuses tokens now and then, but never the retry of a request that it refused', async () => {
  const client = await startClient({ scenario: 'expiring' });
  let token = await client.accessToken();
  let refused = 0;
  for (let at = 0; at < 120; at += 1) {
    const message = mail({ 'Message-ID': `<${at}@x>` });
    const first = await client.sendMail(message, { token });
    if (first.status === 202) continue;
    expect(first.status).toBe(401);
    refused += 1;
    token = await client.accessToken();
    expect((await client.sendMail(message, { token })).status).toBe(202);
  }
  expect(refused).toBeGreaterThan(20);
  expect(faultsOf(client)).toContain('claims challenge (expiring)');
  expect(faultsOf(client)).toContain('401 (expiring)');
});
