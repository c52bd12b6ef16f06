import { type FaultPoint, faultPoints } from './fault-points.js';

/** A fault point that strikes, and whether the server does in spite of it what it was asked for. */
export interface Strike {
  point: FaultPoint;
  delivered: boolean;
}

/** Every point with every choice that the server has. */
export const strikes: readonly Strike[] = faultPoints.flatMap((point) =>
  point.delivered.map((delivered) => ({ point, delivered })),
);

/** Those that can strike a request without a body. */
export const strikesWithoutBody = strikes.filter(({ point }) => !point.inBody);

export const named = ({ point, delivered }: Strike) => `${point.name}, ${delivered ? 'delivered' : 'not delivered'}`;

/** One of them, by its name. */
export function strike(name: string, delivered = false): Strike {
  const point = faultPoints.find((other) => other.name === name);
  if (!point?.delivered.includes(delivered)) throw new Error(`there is no such fault: ${name}`);
  return { point, delivered };
}
