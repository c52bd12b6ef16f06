// The recipe in examples/testing for node:test, with the built package, as it is copied. Jest's runs among the consumers.
import { expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.js';

it('the recipe for node:test passes', async () => {
  const { code, stdout } = await runNode(['--test', '--test-reporter=tap', 'examples/testing/node.test.mjs']);
  expect(stdout).toMatch(/^# pass 3$/m);
  expect(code).toBe(0);
});
