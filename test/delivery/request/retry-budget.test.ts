import { expect, test } from 'vitest';
import { RetryBudget } from '../../../src/delivery/request/retry-delay.js';

function spendAll(budget: RetryBudget): number {
  let retries = 0;
  while (budget.spend()) retries++;
  return retries;
}

test('an outage is met by 35 retries, then by none', () => {
  const budget = new RetryBudget();
  expect(spendAll(budget)).toBe(35);
  expect(budget.spend()).toBe(false);
});

test('each message that gets through pays for one more', () => {
  const budget = new RetryBudget();
  spendAll(budget);
  budget.refund();
  expect(spendAll(budget)).toBe(1);
});

test('good times do not save up for more than one outage', () => {
  const budget = new RetryBudget();
  for (let i = 0; i < 1_000; i++) budget.refund();
  expect(spendAll(budget)).toBe(35);
});
