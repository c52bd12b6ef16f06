import type { ConnectionFault } from './breaking-proxy.js';
import { type FaultPoint, never } from './fault-point.js';

/** Nothing of the request can have left. */
export const beforeTls: readonly FaultPoint[] = [
  { name: 'connection refused', refused: true, retried: true },
  { name: 'reset at accept', connection: () => ({ at: 'accept', how: 'reset' }), retried: true },
  { name: 'closed at accept', connection: () => ({ at: 'accept', how: 'close' }), retried: true },
  { name: 'half closed at accept', connection: () => ({ at: 'accept', how: 'half-close' }), retried: true },
  { name: 'silence at accept', connection: () => ({ at: 'accept', how: 'silence' }), retried: true },
  { name: 'garbage at accept', connection: () => ({ at: 'accept', how: 'garbage' }) },
  { name: 'reset after the ClientHello', connection: () => ({ at: 'client-hello', how: 'reset' }), retried: true },
  { name: 'closed after the ClientHello', connection: () => ({ at: 'client-hello', how: 'close' }), retried: true },
  { name: 'silence after the ClientHello', connection: () => ({ at: 'client-hello', how: 'silence' }), retried: true },
  { name: 'garbage for a ServerHello', connection: () => ({ at: 'client-hello', how: 'garbage' }) },
  { name: 'reset within the ServerHello', connection: () => ({ at: 'server-hello', how: 'reset' }), retried: true },
  { name: 'closed within the ServerHello', connection: () => ({ at: 'server-hello', how: 'close' }), retried: true },
  { name: 'silence within the ServerHello', connection: () => ({ at: 'server-hello', how: 'silence' }), retried: true },
  { name: 'a certificate nobody vouches for', connection: () => ({ at: 'accept', how: 'impostor' }) },
].map((point) => ({ ...point, outcome: 'not-sent', delivered: never }) as FaultPoint);

/** Bytes that the head of a request has at least. */
const head = 300;

const places: { place: string; bytes: (size: number) => number; inBody?: true }[] = [
  { place: 'before the first byte of the request', bytes: () => 0 },
  { place: 'in the head of the request', bytes: () => 100 },
  { place: 'mid body', bytes: (size) => head + size / 2, inBody: true },
  { place: 'near the end of the body', bytes: (size) => size * 0.98, inBody: true },
];

/** Something of the request may have arrived, and not all of it. */
export const withinRequest: readonly FaultPoint[] = places.flatMap(({ place, bytes, ...where }) =>
  ([['reset'], ['close', 'closed'], ['silence']] as const).map(([how, name = how]) => ({
    name: `${name} ${place}`,
    outcome: 'unknown' as const,
    delivered: never,
    ...where,
    connection: (size: number): ConnectionFault => ({ at: 'request', bytes: Math.floor(bytes(size)), how }),
  })),
);
