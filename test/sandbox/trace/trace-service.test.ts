import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/index.js';
import { type Client, MAILBOX, mail, startClientWith } from '../support.js';

const ROLE = 'ExchangeMessageTrace.Read.All';
const PATH = '/v1.0/admin/exchange/tracing/messageTraces';

const start = (options: SandboxOptions = {}): Promise<Client> =>
  startClientWith({ messageTracePrincipal: true, ...options }, ['Mail.Send', ROLE]);

const list = async (client: Client, query: Record<string, string> = {}, path = PATH, method = 'GET') =>
  client.request(`${path}?${new URLSearchParams(query)}`, {
    method,
    headers: { authorization: `Bearer ${await client.accessToken()}` },
  });

const filtered = async (client: Client, $filter: string): Promise<string[]> => {
  const { json, status, text } = await list(client, { $filter });
  if (status !== 200) throw new Error(text);
  return json.value.map(({ recipientAddress }: { recipientAddress: string }) => recipientAddress);
};

const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

async function sendTo(client: Client, ...addresses: string[]): Promise<void> {
  for (const [n, to] of addresses.entries()) {
    const headers = { To: to, 'Message-ID': `<${n}-${to.split('@')[0]}@contoso.example>`, Subject: `No ${n}` };
    expect((await client.sendMail(mail(headers))).status).toBe(202);
  }
}

describe('what a filter can name', () => {
  it.each([
    ["recipientAddress eq 'ANA@example.com'", ['ana@example.com']],
    ["messageId eq '<1-bob@contoso.example>'", ['bob@example.com']],
    ["messageId eq '<1-BOB@contoso.example>'", []],
    [`senderAddress eq '${MAILBOX}'`, ['bob@example.com', 'ana@example.com']],
    ["senderAddress eq 'else@contoso.example'", []],
    ["status eq 'delivered'", ['bob@example.com', 'ana@example.com']],
    ["status eq 'Failed'", []],
    ["contains(subject, 'no 1')", ['bob@example.com']],
    ["startsWith(subject,'No')", ['bob@example.com', 'ana@example.com']],
    ["endsWith(subject, '0') and senderAddress eq 'noreply@contoso.example'", ['ana@example.com']],
    ["fromIP eq '' and toIP eq ''", ['bob@example.com', 'ana@example.com']],
  ])('%s', async (filter, found) => {
    const client = await start();
    await sendTo(client, 'ana@example.com', 'bob@example.com');
    expect(await filtered(client, filter)).toEqual(found);
  });

  it.each([
    ["status eq 'lost'", 'Invalid value'],
    ["recipientAddress eq 'a@b.c' or recipientAddress eq 'd@e.f'", 'joined with and'],
    ["recipientAddress ne 'a@b.c'", 'does not know'],
    ["size eq '1'", 'does not know'],
    ["contains(recipientAddress, 'a')", 'does not know'],
    ["senderAddress eq 'a' and", 'joined with and'],
    ['', 'does not know'],
    ['receivedDateTime ge 2026-11-23T10:00:00Z and receivedDateTime ge 2026-11-23T10:00:00Z', 'more than once'],
    ['receivedDateTime gt 2026-11-23T10:00:00Z', 'does not know'],
  ])('not %s', async (filter, text) => {
    const { status, json } = await list(await start(), { $filter: filter });
    expect(status).toBe(400);
    expect(json.error.message).toContain(text);
  });

  it.each<[Record<string, string>, string]>([
    [{ $top: '0' }, '1 to 5000'],
    [{ $top: 'all' }, '1 to 5000'],
    [{ $select: 'id' }, '$select'],
    [{ $skiptoken: 'made up' }, '$skiptoken'],
  ])('nor the options %j', async (query, text) => {
    const { status, json } = await list(await start(), query);
    expect([status, json.error.message]).toEqual([400, expect.stringContaining(text)]);
  });

  it('a period with both its ends, to the second', async () => {
    const client = await start();
    await sendTo(client, 'ana@example.com');
    const [{ receivedDateTime }] = (await list(client)).json.value;
    const received = Date.parse(receivedDateTime);
    const within = (from: number, to: number) =>
      filtered(client, `receivedDateTime ge ${at(received + from)} and receivedDateTime le ${at(received + to)}`);
    expect(await within(0, 0)).toHaveLength(1);
    expect(await within(-2_000, -1_000)).toEqual([]);
  });

  it('without a period it is the last 48 hours', async () => {
    let ahead = 0;
    const client = await start({ now: () => Date.now() + ahead, tokenLifetime: 1_000_000 });
    await sendTo(client, 'ana@example.com');
    const token = await client.accessToken();
    const ask = () => client.request(PATH, { headers: { authorization: `Bearer ${token}` } });
    ahead = 47 * 3_600_000;
    expect((await ask()).json.value).toHaveLength(1);
    ahead = 49 * 3_600_000;
    expect((await ask()).json.value).toEqual([]);
  });
});

describe('pages', () => {
  it('fit together, whatever is sent meanwhile', async () => {
    const client = await start();
    await sendTo(client, 'a@example.com', 'b@example.com', 'c@example.com');
    const first = await list(client, { $top: '2', $filter: `senderAddress eq '${MAILBOX}'` });
    await sendTo(client, 'd@example.com');
    const link = new URL(first.json['@odata.nextLink']);
    expect(link.origin).toBe(client.sandbox.url);
    const second = await list(client, Object.fromEntries(link.searchParams));
    const names = [first, second].flatMap(({ json }) => json.value).map(({ recipientAddress }) => recipientAddress);
    expect(names).toEqual(['c@example.com', 'b@example.com', 'a@example.com']);
    expect(second.json['@odata.nextLink']).toBeUndefined();
  });
});

describe('an entry', () => {
  it('comes when its delay is over', async () => {
    let ahead = 0;
    const client = await start({ messageTraceDelay: 120_000, now: () => Date.now() + ahead });
    await sendTo(client, 'ana@example.com');
    expect((await list(client)).json.value).toEqual([]);
    ahead = 121_000;
    expect((await list(client)).json.value).toHaveLength(1);
  });

  it('is pending while its message waits for its turn', async () => {
    const client = await start({ messageRate: 1 });
    await sendTo(client, 'ana@example.com', 'bob@example.com');
    const { json } = await list(client);
    expect(json.value.map(({ status }: { status: string }) => status)).toEqual(['pending', 'delivered']);
  });

  it('goes with clear()', async () => {
    const client = await start();
    await sendTo(client, 'ana@example.com');
    client.sandbox.clear();
    expect((await list(client)).json.value).toEqual([]);
  });
});

describe('who may ask', () => {
  it.each<[string, SandboxOptions, string[], number]>([
    ['an application with the role, in a tenant with the service principal', {}, [ROLE], 200],
    ['not without the service principal', { messageTracePrincipal: false }, [ROLE], 401],
    ['not without the role', {}, ['Mail.Send'], 403],
    ['not without any role', {}, [], 403],
    ['not in another cloud, which has no message trace', { cloud: 'usgov' }, [ROLE], 400],
  ])('%s', async (_, options, roles, expected) => {
    const client = await startClientWith({ messageTracePrincipal: true, ...options }, roles);
    expect((await list(client)).status).toBe(expected);
  });

  it('the service principal is made and removed while the sandbox runs', async () => {
    const client = await startClientWith({}, [ROLE]);
    expect(client.sandbox.tenant.messageTracePrincipal).toBe(false);
    expect((await list(client)).status).toBe(401);
    const patch = async (messageTracePrincipal: unknown) =>
      fetch(`${client.sandbox.inboxUrl}api/tenant`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ messageTracePrincipal }),
      });
    expect(await (await patch(true)).json()).toMatchObject({ messageTracePrincipal: true });
    expect((await list(client)).status).toBe(200);
    client.sandbox.tenant.update({ messageTracePrincipal: false });
    expect((await list(client)).status).toBe(401);
    expect((await patch('yes')).status).toBe(400);
  });

  it('not with a token that was revoked or is none', async () => {
    const client = await start();
    const token = await client.accessToken();
    client.sandbox.revokeTokens();
    const ask = (value: string) => client.request(PATH, { headers: { authorization: value } });
    for (const value of [`Bearer ${token}`, 'Bearer x', '']) expect((await ask(value)).status).toBe(401);
  });
});

describe('its neighbours', () => {
  it('are not emulated', async () => {
    const client = await start();
    expect((await list(client, {}, `${PATH}/1/getDetailsByRecipient(recipientAddress='a')`)).status).toBe(501);
    expect((await list(client, {}, PATH, 'POST')).status).toBe(405);
    expect((await list(client, {}, '/v1.0/admin/exchange')).status).toBe(400);
  });
});

describe('its limit', () => {
  it('is the whole tenant’s, counts refused requests, and does not touch mailboxes', async () => {
    const client = await start({ messageTraceLimit: 2 });
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await list(client)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await client.sendMail(mail())).status).toBe(202);
    client.sandbox.clear();
    expect((await list(client)).status).toBe(200);
  });

  it('ends when its five minutes are over', async () => {
    let ahead = 0;
    const client = await start({ messageTraceLimit: 1, now: () => Date.now() + ahead });
    await list(client);
    const refused = await list(client);
    expect(refused.status).toBe(429);
    ahead = Number(refused.headers['retry-after']) * 1000;
    expect((await list(client)).status).toBe(200);
  });
});

describe('a scripted fault', () => {
  it('is applied to requests for message traces alone', async () => {
    const client = await start();
    client.sandbox.fault({ on: 'messageTrace', status: 503, headers: { 'Retry-After': '3' } });
    expect((await client.sendMail(mail())).status).toBe(202);
    const { status, headers } = await list(client);
    expect([status, headers['retry-after']]).toEqual([503, '3']);
    expect((await list(client)).status).toBe(200);
    expect(client.sandbox.requests({ operation: 'messageTrace' }).map(({ fault }) => fault)).toEqual([
      '503',
      undefined,
    ]);
  });

  it('can be a claims challenge, and cannot be about a mailbox', async () => {
    const client = await start();
    client.sandbox.fault({ on: 'messageTrace', claimsChallenge: true });
    expect((await list(client)).headers['www-authenticate']).toContain('insufficient_claims');
    expect(() => client.sandbox.fault({ on: 'messageTrace', status: 500, mailbox: MAILBOX })).toThrow('mailbox');
    expect(() => client.sandbox.fault({ on: 'messageTrace', status: 500, delivered: true })).toThrow('delivered');
  });
});
