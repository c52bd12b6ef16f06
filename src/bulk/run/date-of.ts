/** The last moment that a Date knows: a service may name a later one. */
const lastDate = 8.64e15;

/** A moment in milliseconds since the epoch, as far away as it may be. */
export function dateOf(ms: number): Date {
  return new Date(Math.min(ms, lastDate));
}
