import { expect, test } from 'vitest';
import { inTurn } from '../../src/common/event-loop.js';

test('those who keep the thread busy go one after the other, and what is ready goes in between', async () => {
  const order: string[] = [];
  const first = inTurn().then(() => {
    order.push('first');
    setImmediate(() => order.push('what is ready'));
  });
  await Promise.all([first, inTurn().then(() => order.push('second'))]);
  expect(order).toEqual(['first', 'what is ready', 'second']);
});
