import { withAcceptance, withDoubt, withoutAnswer, withRefusal } from './answer-faults.js';
import { beforeTls, withinRequest } from './connection-faults.js';
import { either, type FaultPoint } from './fault-point.js';
import { afterRequest } from './misbehaviour.js';

/** A fault point that strikes, and whether the server does in spite of it what it was asked for. */
export interface Strike {
  point: FaultPoint;
  delivered: boolean;
}

/** Every point at which a request breaks here, in the order of its life. */
const faultPoints: readonly FaultPoint[] = [
  ...beforeTls,
  ...withinRequest,
  {
    name: 'half closed before the request is read',
    outcome: 'unknown',
    delivered: either,
    racing: true,
    connection: () => ({ at: 'request', bytes: 0, how: 'half-close' }),
    request: afterRequest((exchange, answer) => exchange.respond(answer)),
  },
  ...withoutAnswer,
  ...withAcceptance,
  ...withDoubt,
  ...withRefusal,
];

/** Every point with every choice that the server has there. */
export const strikes: readonly Strike[] = faultPoints.flatMap((point) =>
  point.delivered.map((delivered) => ({ point, delivered })),
);

/** Those that can strike a request without a body. */
export const strikesWithoutBody = strikes.filter(({ point }) => !point.inBody);

/** One of them, by its name. */
export function strike(name: string, delivered = false): Strike {
  const found = strikes.find((other) => other.point.name === name && other.delivered === delivered);
  if (!found) throw new Error(`there is no such fault: ${name}`);
  return found;
}

export function named({ point, delivered }: Strike): string {
  return `${point.name}, ${delivered ? 'delivered' : 'not delivered'}`;
}
