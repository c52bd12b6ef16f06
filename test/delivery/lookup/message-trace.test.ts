import { describe, expect, test } from 'vitest';
import { runLookup } from '../../../src/delivery/lookup/lookup-request.js';
import {
  searchTrace,
  settleByTrace,
  type TraceAccess,
  traceLimits,
  traceName,
} from '../../../src/delivery/lookup/message-trace.js';
import type { HttpAnswer } from '../../../src/graph/http.js';
import type { TraceSearch } from '../../../src/graph/message-trace.js';
import { answer, graphError, networkFailure, type PendingRequest } from '../../helpers/answers.js';
import { messageId, pass, setUp } from '../../helpers/delivery-setup.js';
import { VirtualClock } from '../../helpers/virtual-clock.js';

const sender = 'noreply@contoso.com';
const start = Date.UTC(2026, 10, 23, 10);
const day = 86_400_000;
let tenants = 0;

const entry = (more: object = {}) => ({
  id: 'trace-1',
  messageId,
  senderAddress: sender,
  recipientAddress: 'ana@example.com',
  receivedDateTime: '2026-11-23T09:59:00Z',
  subject: 'Of no concern',
  status: 'delivered',
  ...more,
});
const page = (value: object[], next?: string, headers = {}) =>
  answer(200, headers, JSON.stringify({ value, ...(next && { '@odata.nextLink': next }) }));
const graphUrl = 'https://graph.microsoft.com/v1.0/admin/exchange/tracing/messageTraces';
const ana = { recipient: 'ana@example.com', status: 'delivered', receivedAt: '2026-11-23T09:59:00Z' };

type Answers = (index: number, request: PendingRequest) => HttpAnswer | ReturnType<typeof networkFailure>;

/** Message trace of a tenant, with time and Graph in the test's hands. */
function tracing(script: Answers | HttpAnswer[], { clock = new VirtualClock(), tenant = `tenant-${tenants++}` } = {}) {
  const one = setUp({ clock });
  one.graph.script = Array.isArray(script)
    ? (index) => script[Math.min(index, script.length - 1)] as HttpAnswer
    : script;
  const limits = traceLimits(tenant, clock);
  const context = { ...one.context, connections: limits.queue };
  const access = (signal?: AbortSignal): TraceAccess => ({
    run: (lookup) => runLookup(context, limits.gate, traceName, { signal }, lookup),
    quota: limits.quota,
    clock,
  });
  const targets = () => one.graph.requests.map(({ target }) => decodeURIComponent(target ?? ''));
  const search = (wish: Partial<TraceSearch> = {}, signal?: AbortSignal) => {
    const whole = { senders: [sender], messageIds: new Set([messageId]), from: start - day, to: start, ...wish };
    const result = searchTrace(access(signal), whole);
    result.catch(() => {});
    return result;
  };
  return { ...one, access, limits, targets, search, tenant };
}

describe('a search of message trace', () => {
  test('asks by sender and period', async () => {
    const { search, targets } = tracing([page([entry()])]);
    expect(await search()).toEqual([{ messageId, recipients: [ana] }]);
    expect(targets()).toEqual([
      `?$filter=senderAddress eq '${sender}' and receivedDateTime ge 2026-11-22T10:00:00Z and receivedDateTime le 2026-11-23T10:00:00Z&$top=5000`,
    ]);
  });

  test('goes from page to page by the whole link', async () => {
    const next = `${graphUrl}?$filter=x&$skiptoken=abc%2Fdef`;
    const { search, graph } = tracing([page([], next), page([entry()])]);
    expect(await search()).toHaveLength(1);
    expect(graph.requests[1]?.target).toBe('/v1.0/admin/exchange/tracing/messageTraces?$filter=x&$skiptoken=abc%2Fdef');
  });

  test.each([
    'https://graph.microsoft.com.evil.example/v1.0/admin/exchange/tracing/messageTraces?$skiptoken=a',
    'https://evil.example/v1.0/admin/exchange/tracing/messageTraces?$skiptoken=a',
    'http://graph.microsoft.com/v1.0/admin/exchange/tracing/messageTraces?$skiptoken=a',
    'https://graph.microsoft.com:8443/v1.0/admin/exchange/tracing/messageTraces?$skiptoken=a',
    'https://user:pw@graph.microsoft.com/v1.0/admin/exchange/tracing/messageTraces?$skiptoken=a',
    '/v1.0/admin/exchange/tracing/messageTraces?$skiptoken=a',
    'nonsense',
  ])('follows no link to another place: %s', async (next) => {
    const { search, graph } = tracing([page([entry()], next)]);
    await expect(search()).rejects.toMatchObject({ code: 'EGRAPH', message: expect.stringContaining('another place') });
    expect(graph.requests).toHaveLength(1);
  });

  test('does not go round for ever', async () => {
    const { search, graph } = tracing([page([], `${graphUrl}?$skiptoken=a`)]);
    await expect(search()).rejects.toMatchObject({ message: expect.stringContaining('a page that was read') });
    expect(graph.requests).toHaveLength(2);
  });

  test('does not follow ever new links for ever', async () => {
    const { search, graph, clock } = tracing((index) => page([], `${graphUrl}?$skiptoken=${index}`));
    const result = search();
    await pass(clock, 3_600_000);
    await expect(result).rejects.toMatchObject({
      code: 'EGRAPH',
      permanent: true,
      message: expect.stringContaining('after 200 pages of one query'),
    });
    expect(graph.requests).toHaveLength(200);
  });

  test('knows the recipients of all pages, each entry once', async () => {
    const first = page([entry(), entry({ recipientAddress: 'bob@example.com', status: 'pending' })], `${graphUrl}?2`);
    const second = page([entry({ recipientAddress: 'BOB@example.com', status: 'failed' })]);
    const [found] = await tracing([first, second]).search();
    expect(found?.recipients).toEqual([ana, { ...ana, recipient: 'BOB@example.com', status: 'failed' }]);
  });

  test.each([
    ['delivered', 'delivered'],
    ['Delivered', 'delivered'],
    ['failed', 'failed'],
    ['pending', 'pending'],
    ['quarantined', 'quarantined'],
    ['filteredAsSpam', 'filteredAsSpam'],
    ['filteredasspam', 'filteredAsSpam'],
    ['expanded', 'expanded'],
    ['gettingStatus', 'gettingStatus'],
    ['unknownFutureValue', 'unknown'],
    ['recalled', 'unknown'],
    [undefined, 'unknown'],
    [7, 'unknown'],
    [{}, 'unknown'],
  ])('takes the status %j for %s', async (status, known) => {
    const [found] = await tracing([page([entry({ status })])]).search();
    expect(found?.recipients[0]?.status).toBe(known);
  });

  test.each<[string, object | null]>([
    ['has another Message-ID', entry({ messageId: '<other@contoso.com>' })],
    ['has one that differs in letter case', entry({ messageId: messageId.toUpperCase() })],
    ['is of another sender', entry({ senderAddress: 'else@contoso.com' })],
    ['was taken before', entry({ receivedDateTime: '2026-11-20T10:00:00Z' })],
    ['was taken later', entry({ receivedDateTime: '2026-11-23T10:00:05Z' })],
    ['has no time', entry({ receivedDateTime: 'soon' })],
    ['has no recipient', entry({ recipientAddress: undefined })],
    ['is nothing', null],
  ])('drops what %s, although it was asked otherwise', async (_, item) => {
    expect(await tracing([page([item as object])]).search()).toEqual([]);
  });

  test('takes a Message-ID without brackets, and a sender in any letter case', async () => {
    const item = entry({ messageId: messageId.slice(1, -1), senderAddress: 'NoReply@Contoso.com' });
    expect(await tracing([page([item])]).search()).toEqual([{ messageId, recipients: [ana] }]);
  });

  test('quotes what is a quotation mark in an address', async () => {
    const { search, targets } = tracing([page([])]);
    await search({ senders: ["o'hara@contoso.com"] });
    expect(targets()[0]).toContain("senderAddress eq 'o''hara@contoso.com'");
  });

  test('covers a long period in queries of ten days, none older than 90, and ends when all was found', async () => {
    const { search, targets } = tracing((_, { target = '' }) =>
      page(
        decodeURIComponent(target).includes('ge 2026-09-1')
          ? [entry({ receivedDateTime: '2026-09-15T00:00:00Z' })]
          : [],
      ),
    );
    await search({ from: start - 400 * day, messageIds: new Set(['<none@x>']) });
    const periods = targets().map((target) =>
      [...target.matchAll(/receivedDateTime (?:ge|le) (\S+?Z)/g)].map(([, at = '']) => Date.parse(at)),
    );
    expect(periods).toHaveLength(9);
    for (const [index, [from = 0, to = 0]] of periods.entries()) {
      expect(to - from).toBeLessThanOrEqual(10 * day);
      // It may wait five minutes for the requests before it.
      expect(from).toBeGreaterThan(start - 90 * day + 300_000);
      expect(to).toBeLessThanOrEqual(start);
      if (index > 0) expect(from).toBe((periods[index - 1]?.[1] ?? 0) + 1_000);
    }
    expect(periods.at(-1)?.[1]).toBe(start);
    const early = tracing((_, { target = '' }) =>
      page(
        decodeURIComponent(target).includes('le 2026-09-1')
          ? [entry({ receivedDateTime: '2026-09-10T00:00:00Z' })]
          : [],
      ),
    );
    expect(await early.search({ from: start - 80 * day })).toHaveLength(1);
    expect(early.graph.requests.length).toBeLessThan(3);
  });

  test.each([
    [240_000, start - day, ['2026-11-23T10:04:00Z', '2026-11-23T09:59:55Z']],
    [1_000, start - day, ['2026-11-23T10:00:01Z', '2026-11-23T09:59:55Z']],
    // The caller's time is by the same clock.
    [240_000, start + 239_000, ['2026-11-23T10:04:00Z', '2026-11-23T09:59:55Z']],
  ])(
    'asks for no future by the clock of Graph, when that of this machine is %d ms ahead',
    async (ahead, since, asked) => {
      const clock = new VirtualClock();
      clock.set(ahead);
      const date = new Date(start).toUTCString();
      const ends = /le (\S+?Z)/;
      const { search, targets } = tracing(
        (_, { target = '' }) => {
          const end = Date.parse(ends.exec(decodeURIComponent(target))?.[1] ?? '');
          return end > start
            ? answer(400, { date }, graphError('BadRequest'))
            : page([entry({ receivedDateTime: new Date(end).toISOString() })], undefined, { date });
        },
        { clock },
      );
      expect(await search({ from: since, to: Number.POSITIVE_INFINITY })).toHaveLength(1);
      expect(targets().map((target) => ends.exec(target)?.[1])).toEqual(asked);
    },
  );

  test.each([
    ['begins in the future', start + 60_000, Number.POSITIVE_INFINITY, 'begins in the future'],
    ['is too old', start - 100 * day, start - 91 * day, 'the 90 days'],
  ])('refuses a period that %s', async (_, from, to, words) => {
    const { search, graph } = tracing([page([])]);
    await expect(search({ from, to })).rejects.toMatchObject({
      code: 'ECONFIG',
      message: expect.stringContaining(words),
    });
    expect(graph.requests).toHaveLength(0);
  });

  test('does not repeat another refusal of what was asked', async () => {
    const { search, graph } = tracing([answer(400, { date: new Date(start).toUTCString() }, graphError('BadRequest'))]);
    await expect(search()).rejects.toMatchObject({ responseCode: 400, outcome: 'not-sent', permanent: true });
    expect(graph.requests).toHaveLength(1);
  });

  test.each<[string, Answers]>([
    ['breaks off', (index) => (index === 0 ? answer(200, {}, '{"value":[{"id":') : page([entry()]))],
    ['gets no answer', (index) => (index === 0 ? networkFailure(true, 'ECONNRESET') : page([entry()]))],
    ['is answered 504', (index) => (index === 0 ? answer(504) : page([entry()]))],
  ])('is made again when it %s: reading changes nothing', async (_, script) => {
    const { search, clock } = tracing(script);
    const result = search();
    await pass(clock, 10_000);
    expect(await result).toHaveLength(1);
  });

  test('that fails says nothing of what was sent', async () => {
    const { search, clock } = tracing([answer(504)]);
    const result = search();
    await pass(clock, 400_000);
    const error = await result.catch((reason) => reason);
    expect(error).toMatchObject({ code: 'EGRAPH', outcome: 'not-sent', permanent: false });
    expect(error.message).not.toContain('sent');
  });

  test('keeps and prints nothing of the messages of others', async () => {
    const secret = entry({
      senderAddress: 'boss@contoso.com',
      recipientAddress: 'union@example.com',
      subject: 'Salaries',
    });
    const { search } = tracing([page([secret, entry({ subject: 'Salaries' })])]);
    expect(JSON.stringify(await search())).not.toMatch(/boss|union|Salaries/);
  });
});

describe('at most 20 requests in five minutes', () => {
  test('go to the message trace of a tenant, for all transports of the process', async () => {
    const clock = new VirtualClock();
    const tenant = `tenant-${tenants++}`;
    const [one, two] = [tracing([page([])], { clock, tenant }), tracing([page([])], { clock, tenant })];
    const apart = tracing([page([])], { clock });
    const all = Array.from({ length: 15 }, () => [one.search(), two.search()]).flat();
    apart.search();
    await pass(clock, 299_000);
    expect(one.graph.requests.length + two.graph.requests.length).toBe(20);
    expect(apart.graph.requests).toHaveLength(1);
    await pass(clock, 310_000);
    await Promise.all(all);
    const times = [...one.graph.requests, ...two.graph.requests].map(({ at }) => at).sort((a, b) => a - b);
    expect(times).toHaveLength(30);
    for (const [index, at] of times.entries()) {
      const later = times[index + 20];
      if (later !== undefined) expect(later - at).toBeGreaterThanOrEqual(300_000);
    }
  });

  test('one at a time', async () => {
    const { search, graph, clock } = tracing(() => page([]));
    graph.script = undefined;
    const all = [search(), search(), search()];
    await pass(clock, 1_000);
    expect(graph.inFlight).toBe(1);
    graph.script = () => page([]);
    graph.requests[0]?.answer(page([]));
    await Promise.all(all);
    expect(graph.mostInFlight).toBe(1);
  });

  test('failed ones count', async () => {
    const { search, graph, clock } = tracing([answer(400, {}, graphError('BadRequest'))]);
    const all = Array.from({ length: 25 }, () => search().catch(() => {}));
    await pass(clock, 200_000);
    expect(graph.requests).toHaveLength(20);
    await pass(clock, 300_000);
    await Promise.all(all);
  });

  test('a wait for the next can be ended', async () => {
    const { search, clock } = tracing([page([])]);
    await Promise.all(Array.from({ length: 20 }, () => search()));
    const ending = new AbortController();
    const waiting = search({}, ending.signal);
    await pass(clock, 1_000);
    ending.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'EABORT' });
  });

  test('a pause holds all of them, and nothing else', async () => {
    const { search, graph, clock, limits, gate } = tracing((index) =>
      index === 0 ? answer(429, { 'retry-after': '60' }, graphError('TooManyRequests')) : page([entry()]),
    );
    const all = [search(), search()];
    await pass(clock, 59_000);
    expect(graph.requests).toHaveLength(1);
    expect(limits.gate.pausedFor).toBeGreaterThan(0);
    expect(gate.pausedFor).toBe(0);
    await pass(clock, 5_000);
    expect(await Promise.all(all)).toHaveLength(2);
  });
});

describe('a message that is settled by message trace', () => {
  const message = { messageId, senders: [sender], sentAfter: new Date(start - day), draftId: undefined };

  test('is looked for once a minute while it is not there, as long as it is told', async () => {
    const { access, graph, clock } = tracing((index) => page(index < 2 ? [] : [entry()]));
    const result = settleByTrace(access(), { ...message, window: 600_000 });
    await pass(clock, 130_000);
    expect(await result).toEqual({
      outcome: 'sent',
      how: 'trace',
      response: 'Found in message trace',
      recipients: [ana],
    });
    expect(graph.requests.map(({ at }) => at - start)).toEqual([0, 60_000, 120_000]);
  });

  test.each(['failed', 'pending', 'quarantined', 'recalled', undefined])(
    'was sent whatever became of it then: %s',
    async (status) => {
      const { access } = tracing([page([entry({ status })])]);
      expect(await settleByTrace(access(), { ...message, window: 0 })).toMatchObject({ outcome: 'sent' });
    },
  );

  test.each([
    ['since ten minutes before it was first tried', new Date(start - 3_600_000), '2026-11-23T08:50:00Z'],
    ['on the day that followed', new Date(start - 3 * day), '2026-11-20T09:50:00Z', '2026-11-21T10:00:00Z'],
    ['in the last ten days, when nobody says when that was', undefined, '2026-11-13T10:01:00Z'],
    ['now, when that was in the future by a clock that was set since', new Date(start + day), '2026-11-23T09:50:00Z'],
  ])('is looked for in one query: what was taken %s', async (_, sentAfter, begin, end = '2026-11-23T10:00:00Z') => {
    const { access, targets } = tracing([page([])]);
    const settled = await settleByTrace(access(), { ...message, sentAfter, window: 0 });
    expect(settled).toMatchObject({ outcome: 'unknown', error: { code: 'EGRAPH' } });
    expect(targets()).toEqual([expect.stringContaining(`ge ${begin} and receivedDateTime le ${end}`)]);
  });

  test('is unknown when it is not there in the end', async () => {
    const { access, graph, clock } = tracing([page([entry({ messageId: '<other@contoso.com>' })])]);
    const result = settleByTrace(access(), { ...message, draftId: 'draft-1', window: 90_000 });
    await pass(clock, 100_000);
    expect(await result).toMatchObject({ outcome: 'unknown', error: { outcome: 'unknown', draftId: 'draft-1' } });
    expect(graph.requests).toHaveLength(3);
  });
});
