import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BunyanLogger, createLog, safeLogger } from '../../src/common/log.js';

let unhandled: unknown[];
const remember = (reason: unknown) => unhandled.push(reason);
beforeEach(() => {
  unhandled = [];
  process.on('unhandledRejection', remember);
});
afterEach(() => {
  process.off('unhandledRejection', remember);
});

const failing: [what: string, info: () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('disk full');
    },
  ],
  ['rejects', () => Promise.reject(new Error('disk full'))],
  ['rejects later', () => new Promise((_resolve, reject) => setTimeout(reject, 1, new Error('disk full')))],
  [
    'returns something like a promise that throws',
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: that is the point
      get then() {
        throw new Error('disk full');
      },
    }),
  ],
];

describe.each(failing)('a logger that %s', (_what, info) => {
  const logger: BunyanLogger = { info };

  test('does no harm to the transport', async () => {
    createLog({ logger }).info({}, 'Sending');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(unhandled).toEqual([]);
  });

  test('does no harm to Nodemailer', async () => {
    safeLogger(logger).info({}, 'Sending');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(unhandled).toEqual([]);
  });
});

test('a logger that lacks a level is not asked for it', () => {
  expect(() => createLog({ logger: {} }).error({}, 'x')).not.toThrow();
  expect(() => safeLogger({}).fatal({}, 'x')).not.toThrow();
});
