import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/index.js';
import { questions } from './questions/index.js';
import { startSandboxTarget } from './sandbox-target.js';
import type { Target } from './target.js';

let target: Target;
let sandbox: Sandbox;

beforeAll(async () => {
  ({ target, sandbox } = await startSandboxTarget({ mimeContentType: 'any-charset' }));
});

afterAll(async () => {
  target.close();
  await sandbox.close();
});

// Of a charset nothing is known: without this option the sandbox answers 501.
describe('the sandbox does what it assumes of Graph', () => {
  for (const { topic, assumption, look } of questions) {
    it(`${topic}: ${assumption}`, async () => expect(await look(target)).toMatchObject({ held: true }));
  }
});
