import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { ComposedNode } from '../../../src/message/common/types.js';
import { composeMime } from '../../../src/message/compose/compose.js';
import { tooLarge } from '../../../src/message/compose/nodemailer-streams.js';
import { failureOf } from '../../helpers/failure.js';

const limits = { maxSize: 100, timeout: 5_000 };

/** A message whose bytes come from `stream`. */
const nodeOf = (stream: Readable): ComposedNode => ({
  keepBcc: false,
  getEnvelope: () => ({ from: false, to: [] }),
  getAddresses: () => ({}),
  messageId: () => '<1@x.example>',
  createReadStream: () => stream,
});

test('the chunks of a message become one buffer, Bcc kept', async () => {
  const node = nodeOf(Readable.from([Buffer.from('a'), Buffer.from('bc')]));
  expect(await composeMime(node, limits)).toEqual(Buffer.from('abc'));
  expect(node.keepBcc).toBe(true);
});

test('exactly maxSize is not too large, one byte more is, and its stream is let go', async () => {
  expect(await composeMime(nodeOf(Readable.from([Buffer.alloc(100)])), limits)).toHaveLength(100);
  const stream = new PassThrough();
  stream.write(Buffer.alloc(101));
  expect(await composeMime(nodeOf(stream), limits)).toBe(tooLarge);
  expect(stream.destroyed).toBe(true);
});

describe('an abort is EABORT, not sent, with its reason', () => {
  test('while content is read', async () => {
    const controller = new AbortController();
    const stream = new PassThrough();
    const failed = failureOf(composeMime(nodeOf(stream), { ...limits, signal: controller.signal }));
    controller.abort('not wanted any more');
    expect(await failed).toMatchObject({ code: 'EABORT', outcome: 'not-sent', cause: 'not wanted any more' });
    expect(stream.destroyed).toBe(true);
  });

  test('before it was read', async () => {
    const stream = new PassThrough();
    const failed = failureOf(composeMime(nodeOf(stream), { ...limits, signal: AbortSignal.abort() }));
    expect(await failed).toMatchObject({ code: 'EABORT' });
  });
});

describe('a stream that does not end as it should fails the message', () => {
  test.each<[string, (stream: PassThrough) => void, string]>([
    ['with an error', (stream) => stream.destroy(new Error('broken')), 'ESTREAM'],
    ['closed without an end, as older Nodemailers do it', (stream) => stream.destroy(), 'ESTREAM'],
    [
      'with a refusal of file access',
      (stream) => stream.destroy(Object.assign(new Error('no'), { code: 'EFILEACCESS' })),
      'EFILEACCESS',
    ],
    [
      'with a refusal of URL access',
      (stream) => stream.destroy(Object.assign(new Error('no'), { code: 'EURLACCESS' })),
      'EURLACCESS',
    ],
  ])('%s', async (_, end, code) => {
    const stream = new PassThrough();
    stream.write('begun');
    const failed = failureOf(composeMime(nodeOf(stream), limits));
    setImmediate(() => end(stream));
    expect(await failed).toMatchObject({ code, outcome: 'not-sent', command: 'API' });
  });

  test('by never ending', async () => {
    const stream = new PassThrough();
    expect(await failureOf(composeMime(nodeOf(stream), { ...limits, timeout: 20 }))).toMatchObject({
      code: 'ETIMEDOUT',
    });
    expect(stream.destroyed).toBe(true);
  });

  test('with a second error that nobody waits for any more', async () => {
    const stream = new PassThrough();
    const failed = failureOf(composeMime(nodeOf(stream), { ...limits, timeout: 20 }));
    await failed;
    expect(() => stream.emit('error', new Error('late'))).not.toThrow();
  });
});
