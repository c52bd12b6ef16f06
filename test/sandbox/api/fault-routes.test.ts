import { describe, expect, it } from 'vitest';
import { type Client, mail, startClient } from '../support.js';

interface PlainReply {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer may be anything, and the tests look into it
  json: any;
}

async function ask(client: Client, method: string, path: string, body?: unknown): Promise<PlainReply> {
  const response = await fetch(new URL(path, client.sandbox.inboxUrl), {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
}

describe('GET /api/faults', () => {
  it('shows rules, the scenario and the scenarios there are, and the magic recipients', async () => {
    const client = await startClient({ scenario: 'slow' });
    client.sandbox.fault({ on: 'sendMail', times: Number.POSITIVE_INFINITY, status: 500 });
    const { status, json } = await ask(client, 'GET', '/api/faults');
    expect(status).toBe(200);
    expect(json.rules[0]).toEqual({
      id: expect.any(String),
      rule: { on: 'sendMail', times: null, status: 500 },
      left: null,
      struck: 0,
    });
    expect(json.rules[1]).toMatchObject({ rule: { on: 'any' }, scenario: 'slow' });
    expect(json.scenario).toBe('slow');
    expect(json.scenarios).toContainEqual({ name: 'failover', description: expect.any(String) });
    expect(json.recipients).toContainEqual({ address: 'denied@fault.test', does: expect.any(String) });
  });

  it('shows no scenario and no magic recipients where there are none', async () => {
    const client = await startClient({ magicRecipients: false });
    expect((await ask(client, 'GET', '/api/faults')).json).toMatchObject({ rules: [], scenario: null, recipients: [] });
  });
});

describe('POST /api/faults', () => {
  it('gives a rule, which is applied', async () => {
    const client = await startClient();
    const { status, json } = await ask(client, 'POST', '/api/faults', { on: 'sendMail', status: 504, delivered: true });
    expect([status, json]).toEqual([
      201,
      { id: expect.any(String), rule: { on: 'sendMail', status: 504, delivered: true }, left: 1, struck: 0 },
    ]);
    expect((await client.sendMail(mail())).status).toBe(504);
    expect(client.sandbox.stats().submissions).toBe(1);
  });

  it('takes null for a rule without end', async () => {
    const client = await startClient();
    const { json } = await ask(client, 'POST', '/api/faults', { on: 'sendMail', status: 500, times: null });
    expect(json).toMatchObject({ left: null, rule: { times: null } });
    for (const _ of [1, 2]) expect((await client.sendMail(mail())).status).toBe(500);
  });

  it.each([
    [{ on: 'sendMail' }, 'POST /api/faults: the rule (on) would do nothing'],
    [{ on: 'sendmail', status: 500 }, 'POST /api/faults: "on" is "sendmail", expected one of'],
    [{ status: 500 }, 'POST /api/faults: "on" is missing'],
    [[], 'The body must be a JSON object.'],
    [null, 'The body must be a JSON object.'],
  ])('refuses %j in words', async (rule, error) => {
    const client = await startClient();
    const reply = await ask(client, 'POST', '/api/faults', rule);
    expect([reply.status, reply.json.error]).toEqual([400, expect.stringContaining(error)]);
    expect(client.sandbox.faults()).toEqual([]);
  });
});

describe('DELETE /api/faults', () => {
  it('takes back one rule, by its id, once', async () => {
    const client = await startClient();
    const { id } = (await ask(client, 'POST', '/api/faults', { on: 'sendMail', status: 500 })).json;
    client.sandbox.fault({ on: 'token', status: 503 });
    expect((await ask(client, 'DELETE', `/api/faults/${id}`)).status).toBe(204);
    expect(client.sandbox.faults().map(({ rule }) => rule.on)).toEqual(['token']);
    const again = await ask(client, 'DELETE', `/api/faults/${id}`);
    expect([again.status, again.json.error]).toEqual([404, `There is no fault "${id}" (any more).`]);
  });

  it('takes back all, but not those of the scenario', async () => {
    const client = await startClient({ scenario: 'expiring' });
    client.sandbox.fault({ on: 'token', status: 503 });
    expect((await ask(client, 'DELETE', '/api/faults')).status).toBe(204);
    expect(client.sandbox.faults().map(({ scenario }) => scenario)).toEqual(['expiring', 'expiring']);
  });
});

describe('/api/scenario', () => {
  it('begins and ends a scenario', async () => {
    const client = await startClient();
    expect(await ask(client, 'PUT', '/api/scenario', { name: 'failover' })).toMatchObject({
      status: 200,
      json: { scenario: 'failover' },
    });
    expect((await client.token()).json.error_codes).toEqual([90033]);
    expect((await ask(client, 'DELETE', '/api/scenario')).status).toBe(204);
    expect(client.sandbox.faults()).toEqual([]);
  });

  it.each([{}, { name: 'chaos' }, { name: 7 }])('refuses %j', async (body) => {
    const client = await startClient();
    const reply = await ask(client, 'PUT', '/api/scenario', body);
    expect([reply.status, reply.json.error]).toEqual([400, expect.stringContaining('Known are monday-morning')]);
  });
});

it('watchers are told of every change and every applied fault', async () => {
  const client = await startClient();
  const stream = await fetch(new URL('/api/events', client.sandbox.inboxUrl));
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = '';
  const told = async (): Promise<void> => {
    heard = '';
    while (!heard.includes('event: faults')) heard += (await reader?.read())?.value ?? '';
  };
  const token = await client.accessToken();
  client.sandbox.fault({ on: 'sendMail', times: 2, status: 500 });
  await told();
  await client.sendMail(mail(), { token });
  await told();
  client.sandbox.scenario('slow');
  await told();
  client.sandbox.clear();
  await told();
  await reader?.cancel();
});
