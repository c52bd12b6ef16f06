import { describe, expect, test } from 'vitest';
import { play } from './play.js';
import { strikes } from './strikes.js';
import { sizeNames } from './test-message.js';

describe.concurrent('what is reported of a message that is tried once is true', () => {
  for (const strike of strikes) {
    for (const size of sizeNames) {
      const { point, delivered } = strike;
      test(`${point.name}, ${size}, ${delivered ? 'delivered' : 'not delivered'}: ${point.outcome}`, async () => {
        const { outcome, accepted } = await play({ size, strikeOf: () => strike });
        expect(outcome).toBe(point.outcome);
        if (point.racing) expect(accepted).toBeLessThanOrEqual(delivered ? 1 : 0);
        else expect(accepted).toBe(delivered ? 1 : 0);
      });
    }
  }
});
