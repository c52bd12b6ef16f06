import { describe, expect, test } from 'vitest';
import { type InboxMessage, readInbox } from '../../../src/delivery/lookup/inbox.js';
import { runLookup } from '../../../src/delivery/lookup/lookup-request.js';
import type { HttpAnswer } from '../../../src/graph/http.js';
import { answer, graphError, type PendingRequest } from '../../helpers/answers.js';
import { mailbox, pass, setUp } from '../../helpers/delivery-setup.js';
import { failureOf } from '../../helpers/failure.js';

const since = new Date('2026-11-23T10:00:00.750Z');
const list = `https://graph.microsoft.com/v1.0/users/${encodeURIComponent(mailbox)}/mailFolders/inbox/messages`;

function page(ids: string[], next?: string): HttpAnswer {
  const value = ids.map((id) => ({ id, subject: `About ${id}`, receivedDateTime: '2026-11-23T10:00:01Z' }));
  return answer(200, {}, JSON.stringify({ value, ...(next !== undefined && { '@odata.nextLink': next }) }));
}

function reading(script: (request: PendingRequest, index: number) => HttpAnswer) {
  const one = setUp({ concurrency: 1, lookAhead: 0 });
  one.graph.script = (index, request) => script(request, index);
  const messages = () => readInbox((lookup) => runLookup(one.context, one.gate, mailbox, {}, lookup), since);
  const all = async () => {
    const found: InboxMessage[] = [];
    for await (const message of messages()) found.push(message);
    return found;
  };
  return { ...one, messages, all };
}

test('asks for what has come since, oldest first, and follows the pages', async () => {
  const pages = [page(['a', 'b'], `${list}?$skiptoken=2`), page([], `${list}?$skiptoken=3`), page(['c'])];
  const { all, graph } = reading((_, index) => pages[index] as HttpAnswer);
  expect((await all()).map(({ id, subject, receivedAt }) => [id, subject, receivedAt])).toEqual(
    ['a', 'b', 'c'].map((id) => [id, `About ${id}`, '2026-11-23T10:00:01Z']),
  );
  expect(graph.requests.map(({ target }) => decodeURIComponent(target ?? ''))).toEqual([
    '?$filter=receivedDateTime ge 2026-11-23T10:00:00Z&$orderby=receivedDateTime&$select=id,subject,receivedDateTime&$top=100',
    '?$skiptoken=2',
    '?$skiptoken=3',
  ]);
});

test('asks for no page before all of the last was taken, and holds no slot meanwhile', async () => {
  const { messages, graph, gate } = reading((_, index) =>
    index === 0 ? page(['a', 'b'], `${list}?$skip=2`) : page(['c']),
  );
  const reader = messages()[Symbol.asyncIterator]();
  await reader.next();
  await reader.next();
  expect(graph.requests).toHaveLength(1);
  expect(gate.unused).toBe(true);
  await reader.next();
  expect(graph.requests).toHaveLength(2);
});

test.each([
  'https://graph.microsoft.com.example/v1.0/users/noreply%40contoso.com/mailFolders/inbox/messages?$skip=2',
  'http://graph.microsoft.com/v1.0/users/noreply%40contoso.com/mailFolders/inbox/messages?$skip=2',
  'https://graph.microsoft.com/v1.0/users/ana%40contoso.com/mailFolders/inbox/messages?$skip=2',
  '/v1.0/users/noreply%40contoso.com/mailFolders/inbox/messages?$skip=2',
  'https://graph.microsoft.com/v1.0/users/%E0%A4%A/mailFolders/inbox/messages',
])('does not follow a link elsewhere: %s', async (link) => {
  const { all, graph } = reading(() => page(['a'], link));
  expect(await failureOf(all())).toMatchObject({ command: 'listInbox', code: 'EGRAPH', permanent: true });
  expect(graph.requests).toHaveLength(1);
});

test('does not go round in a circle', async () => {
  const { all, graph } = reading(() => page(['a'], `${list}?$skip=1`));
  await failureOf(all());
  expect(graph.requests).toHaveLength(2);
});

test('follows a link that spells the mailbox in another way', async () => {
  const next = `${list.replace('%40', '@').toUpperCase().replace('HTTPS', 'https')}?$skip=1`;
  const { all } = reading((_, index) => (index === 0 ? page(['a'], next) : page(['b'])));
  expect(await all()).toHaveLength(2);
});

describe('a message', () => {
  test('is read when it is asked for, byte for byte', async () => {
    const bytes = Buffer.from([0x53, 0xff, 0x00, 0x0d, 0x0a]);
    const { all, graph } = reading(({ command }) =>
      command === 'listInbox' ? page(['a']) : { ...answer(200), bytes },
    );
    const [message] = await all();
    expect(graph.requests).toHaveLength(1);
    expect(await message?.mime()).toEqual(bytes);
    expect(graph.requests[1]).toMatchObject({ command: 'getMime', target: 'a' });
  });

  test('that broke off is read again', async () => {
    const bytes = Buffer.from('Subject: Hi\r\n');
    const answers = [page(['a']), answer(200), { ...answer(200), bytes }];
    const { all, clock } = reading((_, index) => answers[index] as HttpAnswer);
    const [message] = await all();
    const read = message?.mime();
    await pass(clock, 10_000);
    expect(await read).toEqual(bytes);
  });

  test('that is too long is refused, and not read again', async () => {
    const { all, graph } = reading(({ command }) =>
      command === 'listInbox' ? page(['a']) : { ...answer(200), bytes: 'too-long' },
    );
    const [message] = await all();
    expect(await failureOf(message?.mime() as Promise<Buffer>)).toMatchObject({ command: 'getMime', permanent: true });
    expect(graph.requests).toHaveLength(2);
  });

  test('that is gone says so, and nothing of drafts', async () => {
    const { all } = reading(({ command }) =>
      command === 'listInbox' ? page(['a']) : answer(404, {}, graphError('ErrorItemNotFound')),
    );
    const [message] = await all();
    const error = await failureOf(message?.mime() as Promise<Buffer>);
    expect(error).toMatchObject({ graphCode: 'ErrorItemNotFound', permanent: true });
    expect(error.hint).toContain('moved or deleted');
  });
});

describe('a list that cannot be had', () => {
  test('for want of a permission names it', async () => {
    const { all } = reading(() => answer(403, {}, graphError('ErrorAccessDenied')));
    expect(await failureOf(all())).toMatchObject({ code: 'EAUTH', hint: expect.stringContaining('Mail.Read') });
  });

  test.each([
    ['is answered with something else', answer(200, {}, '{"value":[{"id":"a"')],
    ['is answered with 504', answer(504)],
  ])('because it %s is asked for again, and fails without doubt about any message', async (_, bad) => {
    const { all, graph, clock } = reading(() => bad);
    const failed = failureOf(all());
    await pass(clock, 200_000);
    const error = await failed;
    expect(error).toMatchObject({ command: 'listInbox', outcome: 'not-sent' });
    expect(`${error.message} ${error.hint}`).not.toMatch(/sent/i);
    expect(graph.requests).toHaveLength(6);
  });
});
