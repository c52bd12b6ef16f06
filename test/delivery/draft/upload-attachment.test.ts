import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { GraphMailError } from '../../../src/common/errors.js';
import type { HttpAnswer } from '../../../src/graph/http.js';
import type { NetworkFailure } from '../../../src/graph/network-failure.js';
import type { HeavyAttachment } from '../../../src/message/large/heavy-attachment.js';
import { answer, graphError, networkFailure, type PendingRequest } from '../../helpers/answers.js';
import { pass, setUp } from '../../helpers/delivery-setup.js';
import { failureOf } from '../../helpers/failure.js';

type Result = HttpAnswer | NetworkFailure;

const megabyte = 1024 * 1024;
const chunk = 3_932_160;
const url = 'https://outlook.office.example/upload/AttachmentSessions(1)?authtoken=secret-of-the-session';

function file(size: number, name = 'report.pdf'): HeavyAttachment & { content: Buffer } {
  const content = randomBytes(size);
  return {
    content,
    name,
    contentType: 'application/pdf',
    inline: false,
    contentId: undefined,
    size,
    read: async (position, length) => content.subarray(position, position + length),
  };
}

const ranges = (status: number, ...nextExpectedRanges: string[]) =>
  answer(status, {}, JSON.stringify({ nextExpectedRanges }));

/** Graph as documented; `fault` may answer instead. */
function uploading(
  heavy: HeavyAttachment[],
  fault: (request: PendingRequest, count: number) => Result | undefined = () => undefined,
) {
  const one = setUp({ heavy, limits: { maxRetries: 3 } });
  const stored: Buffer[] = [];
  const counts: Record<string, number> = {};
  let drafts = 0;
  one.graph.script = (_, request) => {
    const { command, target = '' } = request;
    counts[command] = (counts[command] ?? 0) + 1;
    const faulty = fault(request, counts[command]);
    if (faulty) return faulty;
    switch (command) {
      case 'createDraft':
        stored.length = 0;
        return answer(201, {}, `{"id":"draft-${++drafts}"}`);
      case 'createUploadSession':
        return answer(201, {}, JSON.stringify({ uploadUrl: url, nextExpectedRanges: ['0-'] }));
      case 'uploadChunk': {
        const [, position = '0', length = '0', size = '0'] = /(\d+)\+(\d+)\/(\d+)$/.exec(target) ?? [];
        stored.push(Buffer.from(request.body));
        const next = Number(position) + Number(length);
        return next === Number(size) ? answer(201) : ranges(200, String(next));
      }
      case 'addAttachment':
        return answer(201, {}, '{"id":"attachment"}');
      case 'deleteDraft':
        return answer(204);
      default:
        return answer(202);
    }
  };
  const commands = () => one.graph.requests.map(({ command }) => command);
  const positions = () =>
    one.graph.requests.flatMap(({ command, target = '' }) =>
      command === 'uploadChunk' ? [Number(/(\d+)\+/.exec(target)?.[1])] : [],
    );
  return { ...one, commands, positions, stored };
}

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a large file goes up in order, in pieces under 4 MB, between draft and sending', async () => {
  const big = file(9 * megabyte);
  const { send, commands, positions, stored, graph } = uploading([big]);
  await send();
  expect(commands()).toEqual([
    'createDraft',
    'createUploadSession',
    'uploadChunk',
    'uploadChunk',
    'uploadChunk',
    'sendDraft',
  ]);
  expect(positions()).toEqual([0, chunk, 2 * chunk]);
  for (const { body } of graph.requests) expect(body.length).toBeLessThan(4_000_000);
  expect(hash(Buffer.concat(stored))).toBe(hash(big.content));
  expect(JSON.parse(graph.requests[1]?.body.toString() ?? '')).toEqual({
    name: 'report.pdf',
    contentType: 'application/pdf',
    isInline: false,
    size: 9 * megabyte,
  });
});

test('files go up one after the other, in the order of the message', async () => {
  const { send, graph } = uploading([file(4 * megabyte, 'a'), file(1 * megabyte, 'b'), file(5 * megabyte, 'c')]);
  await send();
  const named = graph.requests
    .filter(({ command }) => command === 'createUploadSession' || command === 'addAttachment')
    .map(({ command, body }) => [command, JSON.parse(body.toString()).name]);
  expect(named).toEqual([
    ['createUploadSession', 'a'],
    ['addAttachment', 'b'],
    ['createUploadSession', 'c'],
  ]);
});

test('a small file goes up in one request, inline images with their content id', async () => {
  const logo = { ...file(2 * megabyte, 'logo.png'), contentType: 'image/png', inline: true, contentId: 'logo@x' };
  const { send, graph } = uploading([logo]);
  await send();
  const { contentBytes, ...fields } = JSON.parse(graph.requests[1]?.body.toString() ?? '');
  expect(fields).toEqual({
    '@odata.type': '#microsoft.graph.fileAttachment',
    name: 'logo.png',
    contentType: 'image/png',
    isInline: true,
    contentId: 'logo@x',
  });
  expect(hash(Buffer.from(contentBytes, 'base64'))).toBe(hash(logo.content));
});

test('one that is small for a session but too large for a request is tried both ways', async () => {
  const between = file(3_100_000);
  const refusal = answer(400, {}, graphError('ErrorAttachmentSizeShouldNotBeLessThanMinimumSize'));
  const { send, commands } = uploading([between], ({ command }) =>
    command === 'createUploadSession' ? refusal : undefined,
  );
  await send();
  expect(commands()).toEqual(['createDraft', 'createUploadSession', 'addAttachment', 'sendDraft']);
});

describe('a piece that fails', () => {
  test.each<[string, Result]>([
    ['503 with Retry-After', answer(503, { 'retry-after': '1' })],
    ['429', answer(429, { 'retry-after': '1' })],
    ['no connection', networkFailure(false, 'ECONNREFUSED')],
  ])('for now (%s) goes up again as it was', async (_, failure) => {
    const big = file(9 * megabyte);
    const { send, positions, clock, stored } = uploading([big], ({ command }, count) =>
      command === 'uploadChunk' && count === 2 ? failure : undefined,
    );
    const sent = send();
    await pass(clock, 20_000);
    await sent;
    expect(positions()).toEqual([0, chunk, chunk, 2 * chunk]);
    expect(hash(Buffer.concat(stored))).toBe(hash(big.content));
  });

  test.each<[string, Result, string, number[]]>([
    ['504, stored', answer(504), String(2 * chunk), [0, chunk, 2 * chunk]],
    ['504, not stored', answer(504), `${chunk}-`, [0, chunk, chunk, 2 * chunk]],
    [
      'a reset, half stored',
      networkFailure(true, 'ECONNRESET'),
      String(chunk + 7),
      [0, chunk, chunk + 7, 2 * chunk + 7],
    ],
    ['a reset, all forgotten', networkFailure(true, 'ECONNRESET'), '0-', [0, chunk, 0, chunk, 2 * chunk]],
    ['416', answer(416), `${chunk}`, [0, chunk, chunk, 2 * chunk]],
    ['400', answer(400), `${chunk}`, [0, chunk, chunk, 2 * chunk]],
  ])('in doubt (%s) goes on where the session says', async (_, failure, next, expected) => {
    const { send, positions, clock, commands } = uploading([file(9 * megabyte)], ({ command }, count) => {
      if (command === 'uploadStatus') return ranges(200, next);
      return command === 'uploadChunk' && count === 2 ? failure : undefined;
    });
    const sent = send();
    await pass(clock, 20_000);
    await sent;
    expect(positions()).toEqual(expected);
    expect(commands().filter((command) => command === 'createDraft')).toHaveLength(1);
  });

  test('goes on where the answer to a piece says, also when that is less than was sent', async () => {
    const { send, positions } = uploading([file(9 * megabyte)], ({ command }, count) =>
      command === 'uploadChunk' && count === 1 ? ranges(200, '1000000') : undefined,
    );
    await send();
    expect(positions()).toEqual([0, 1_000_000, 1_000_000 + chunk, 1_000_000 + 2 * chunk]);
  });
});

describe('when nobody knows whether a file is attached', () => {
  const doubts: [string, (request: PendingRequest, count: number) => Result | undefined][] = [
    ['the end of it', ({ command }, count) => (command === 'uploadChunk' && count === 3 ? answer(504) : undefined)],
    [
      'a 200 at the end of it',
      ({ command }, count) => (command === 'uploadChunk' && count === 3 ? answer(200) : undefined),
    ],
    [
      'a session that is gone',
      ({ command }, count) => (command === 'uploadChunk' && count === 2 ? answer(404) : undefined),
    ],
  ];
  test.each(doubts)('after %s, the draft is deleted, and another made', async (_, fault) => {
    const big = file(9 * megabyte);
    const { send, clock, commands, stored } = uploading([big], (request, count) =>
      request.command === 'uploadStatus' ? answer(404, {}, graphError('ErrorItemNotFound')) : fault(request, count),
    );
    const sent = send();
    await pass(clock, 30_000);
    await sent;
    expect(commands().filter((command) => command === 'createDraft')).toHaveLength(2);
    expect(commands().filter((command) => command === 'deleteDraft')).toHaveLength(1);
    expect(commands().filter((command) => command === 'sendDraft')).toHaveLength(1);
    expect(hash(Buffer.concat(stored))).toBe(hash(big.content));
  });

  test.each<[string, Result]>([
    ['504', answer(504)],
    ['200', answer(200)],
    ['a reset', networkFailure(true, 'ECONNRESET')],
  ])('a small file that ends with %s, the draft is deleted, and another made', async (_, doubtful) => {
    const { send, clock, commands } = uploading([file(megabyte)], ({ command }, count) =>
      command === 'addAttachment' && count === 1 ? doubtful : undefined,
    );
    const sent = send();
    await pass(clock, 30_000);
    await sent;
    expect(commands()).toEqual([
      'createDraft',
      'addAttachment',
      'deleteDraft',
      'createDraft',
      'addAttachment',
      'sendDraft',
    ]);
  });

  test('again and again, the message is not sent', async () => {
    const { send, clock, commands } = uploading([file(megabyte)], ({ command }) =>
      command === 'addAttachment' ? answer(504) : undefined,
    );
    const failed = failureOf(send());
    await pass(clock, 60_000);
    expect(await failed).toMatchObject({ outcome: 'not-sent', permanent: false });
    expect(commands()).not.toContain('sendDraft');
    expect(commands().filter((command) => command === 'deleteDraft')).toHaveLength(3);
  });
});

describe('a file that cannot be attached', () => {
  test.each<[string, string, Result, object]>([
    [
      'too large for the mailbox',
      'createUploadSession',
      answer(400, {}, graphError('ErrorMessageSizeExceeded')),
      { code: 'EMESSAGE', permanent: true },
    ],
    [
      'too large for a request',
      'addAttachment',
      answer(413, {}, graphError('BadRequest')),
      { code: 'EMESSAGE', permanent: true },
    ],
    ['a piece too large', 'uploadChunk', answer(413), { code: 'EMESSAGE', permanent: true }],
    [
      'without the permission',
      'createUploadSession',
      answer(403, {}, graphError('ErrorAccessDenied')),
      { code: 'EAUTH', permanent: true },
    ],
    ['no session for now', 'createUploadSession', answer(504), { code: 'EGRAPH', permanent: false, responseCode: 504 }],
    ['a session without a URL', 'createUploadSession', answer(201, {}, '{}'), { code: 'EGRAPH' }],
    [
      'a session over plain http',
      'createUploadSession',
      answer(201, {}, '{"uploadUrl":"http://x.example/"}'),
      { code: 'EGRAPH' },
    ],
  ])('%s: not sent, and the draft is deleted', async (_, at, result, expected) => {
    const { send, clock, commands } = uploading(
      [file(at === 'addAttachment' ? megabyte : 9 * megabyte)],
      ({ command }) => (command === at ? result : undefined),
    );
    const failed = failureOf(send());
    await pass(clock, 60_000);
    const error = await failed;
    expect(error).toMatchObject({ outcome: 'not-sent', ...expected });
    expect(error.draftId).toBeUndefined();
    expect(commands()).not.toContain('sendDraft');
    expect(commands().at(-1)).toBe('deleteDraft');
    expect(JSON.stringify(error)).not.toContain('secret-of-the-session');
  });

  test('because a piece of it is refused: after a second try, with what Graph says, and no third draft', async () => {
    const virus = answer(400, { 'request-id': 'r-400' }, graphError('ErrorVirusDetected', 'It has a virus.'));
    const { send, clock, commands } = uploading([file(9 * megabyte)], ({ command }) => {
      if (command === 'uploadChunk') return virus;
      return command === 'uploadStatus' ? ranges(200, '0-') : undefined;
    });
    const failed = failureOf(send());
    await pass(clock, 60_000);
    expect(await failed).toMatchObject({
      outcome: 'not-sent',
      graphCode: 'ErrorVirusDetected',
      responseCode: 400,
      requestId: 'r-400',
      command: 'uploadChunk',
    });
    expect(commands().filter((command) => command === 'createDraft')).toHaveLength(1);
  });

  test('because the session is not accepted any more: another draft, and the token stays', async () => {
    const { send, clock, commands, tokens } = uploading([file(9 * megabyte)], ({ command }, count) => {
      if (command === 'uploadStatus') return answer(401);
      return command === 'uploadChunk' && count === 2 ? answer(401) : undefined;
    });
    const sent = send();
    await pass(clock, 60_000);
    await sent;
    expect(commands().filter((command) => command === 'createDraft')).toHaveLength(2);
    expect(tokens).toHaveLength(1);
  });

  test('as the session names a place that nobody has sent: another draft', async () => {
    const { send, clock, commands, stored } = uploading([file(9 * megabyte)], ({ command }, count) => {
      if (command === 'uploadStatus') return ranges(200, String(3 * chunk));
      return command === 'uploadChunk' && count === 1 ? ranges(200, String(2 * chunk)) : undefined;
    });
    const sent = send();
    await pass(clock, 60_000);
    await sent;
    expect(commands().filter((command) => command === 'createDraft')).toHaveLength(2);
    expect(Buffer.concat(stored)).toHaveLength(9 * megabyte);
  });

  test('because it changed meanwhile: not sent, and the draft is deleted', async () => {
    const changed = new GraphMailError('changed', { code: 'ESTREAM', command: 'API' });
    const read = (position: number) => (position > 0 ? Promise.reject(changed) : Promise.resolve(Buffer.alloc(chunk)));
    const { send, commands } = uploading([{ ...file(9 * megabyte), read }]);
    expect(await failureOf(send())).toMatchObject({ code: 'ESTREAM', outcome: 'not-sent' });
    expect(commands().at(-1)).toBe('deleteDraft');
  });
});

test('an abort in the middle sends nothing, and names the draft that stays', async () => {
  const ending = new AbortController();
  const { send, commands } = uploading([file(9 * megabyte)], ({ command }, count) => {
    if (command !== 'uploadChunk' || count !== 2) return undefined;
    ending.abort();
    return networkFailure(true, undefined, 'aborted');
  });
  const error = await failureOf(send('body', { signal: ending.signal }));
  expect(error).toMatchObject({ code: 'EABORT', outcome: 'not-sent', draftId: 'draft-1' });
  expect(commands()).not.toContain('sendDraft');
});

test('no piece carries more than the option maxRequestSize', async () => {
  const one = uploading([file(4 * megabyte)]);
  await one.send();
  expect(Math.max(...one.graph.requests.map(({ body }) => body.length))).toBeLessThanOrEqual(4_000_000);
});
