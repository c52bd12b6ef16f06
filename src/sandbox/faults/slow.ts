import type { Scenario } from './scenarios.js';

const times = Number.POSITIVE_INFINITY;

/** A far or busy data centre: everything works, late. */
export const slow: Omit<Scenario, 'name'> = {
  description: 'Every answer comes 0.3 to 3 seconds late, and every twentieth 10 seconds late.',
  rules: [
    { on: 'any', every: 20, delay: 10_000 },
    { on: 'any', times, delay: { min: 300, max: 3000 } },
  ],
};
