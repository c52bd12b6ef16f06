import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences } from '../../src/cli/live/common/expected.js';
import type { Target } from '../../src/cli/live/common/target.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { type Case, isSandboxCase, type SandboxCase } from './case.js';
import { topics } from './cases/index.js';
import { startSandboxTarget } from './sandbox-target.js';

let target: Target;
let sandbox: Sandbox;

beforeAll(async () => {
  ({ target, sandbox } = await startSandboxTarget());
});

afterAll(async () => {
  target.close();
  await sandbox.close();
});

for (const { topic, cases } of topics) {
  describe(topic, () => {
    for (const one of cases) {
      it(`${one.behaviour} (${one.mark})`, () =>
        isSandboxCase(one) ? inOwnSandbox(one) : holds(one, target, sandbox));
    }
  });
}

it('every behaviour says how it is known', () => {
  for (const { behaviour, source } of topics.flatMap(({ cases }) => cases)) expect(source, behaviour).not.toBe('');
});

async function inOwnSandbox(one: SandboxCase): Promise<void> {
  const own = await startSandboxTarget(one.options);
  try {
    await holds(one, own.target, own.sandbox);
  } finally {
    own.target.close();
    await own.sandbox.close();
  }
}

async function holds(one: Case, target: Target, own: Sandbox): Promise<void> {
  const reply = await one.ask(target, own);
  expect(differences(reply, one.answer)).toEqual([]);
  await one.also?.(target, reply);
}
