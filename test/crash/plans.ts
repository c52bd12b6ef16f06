import { type Blow, type CrashPoint, crashPoints, type Mode, modes } from './crash-points.js';
import type { Plan } from './life.js';
import { addressOf } from './strike.js';

const rows = 24;
const domain = 'people.example';

/** Every named point in every mode: with the first row, one in the middle and the last, one after the other. */
export function namedPlans(points: readonly CrashPoint[] = crashPoints, positions = [1, 12, rows]): Plan[] {
  return points.flatMap((point) =>
    point.modes.map((mode): Plan => {
      const blows = (row: number): readonly Blow[] => point.blows(row, addressOf(row, domain));
      return {
        name: `${point.name} (${mode})`,
        mode,
        rows,
        senders: point.ofRow ? 1 : 2,
        blows: point.ofRow ? positions.flatMap(blows) : blows(1),
        certain: blows(1).length,
      };
    }),
  );
}

/** Before the n-th operation on a file, whatever it is, for every n; and then before the n-th of the session after. */
export function sweepPlans(most: number): Plan[] {
  return (['hold', 'draft'] as const).flatMap((mode) =>
    Array.from({ length: most }, (_, index): Plan => {
      const blow: Blow = { own: { at: 'any-file', nth: index + 1 } };
      return {
        name: `before operation ${index + 1} (${mode})`,
        mode,
        rows: 6,
        senders: 1,
        blows: [blow, blow],
        certain: 0,
      };
    }),
  );
}

/** At any time, again and again. */
export function randomPlans(count: number, random: () => number): Plan[] {
  return Array.from({ length: count }, (_, index): Plan => {
    const mode = modes[index % modes.length] as Mode;
    const times = Array.from({ length: 5 }, () => Math.round(120 + 200 * random()));
    const blows = times.map((killedAfter) => ({ killedAfter }));
    return { name: `after ${times.join(', ')} ms (${mode})`, mode, rows: 48, senders: 2, blows, certain: 0 };
  });
}
