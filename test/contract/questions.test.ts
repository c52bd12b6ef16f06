import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../src/cli/live/common/target.js';
import { questions } from '../../src/cli/live/probes.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { startSandboxTarget } from './sandbox-target.js';

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
  // The message trace needs an application of its own: see test/cli/live/message-trace.test.ts.
  for (const { topic, assumption, look } of questions.filter(({ id }) => id !== 'message-trace.1')) {
    it(`${topic}: ${assumption}`, async () => expect(await look(target)).toMatchObject({ held: true }));
  }
});
