// A few of the moments of matrix.ts, which kills hundreds of times (npm run test:crash).
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crashPoints } from './crash-points.js';
import { live } from './life.js';
import { namedPlans } from './plans.js';
import { buildSession, openStage, type Stage } from './stage.js';

const names = [
  'when an attempt is on the disk',
  'while the pause after a refusal for now is waited out',
  'while the pause after a refusal for now of a draft is waited out',
  'when a mail is taken and not answered',
  'when a draft is sent and not answered',
  'when half of the result is written',
  'when that a draft is sent now is on the disk',
];

let session: Awaited<ReturnType<typeof buildSession>>;
let stage: Stage;
beforeAll(async () => {
  session = await buildSession(fileURLToPath(new URL('../..', import.meta.url)));
  stage = await openStage(session.program);
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await session?.[Symbol.asyncDispose]();
});

describe('a run that is killed and gone on with', () => {
  const plans = namedPlans(
    crashPoints.filter(({ name }) => names.includes(name)),
    [12],
  );
  it.each(plans.map((plan) => [plan.name, plan] as const))(
    'sends nobody two mails and brings every row to an end: %s',
    async (_, plan) => {
      const { struck, faults } = await live(stage, plan);
      expect(faults).toEqual([]);
      expect(struck).not.toContain(false);
    },
    60_000,
  );
});
