import { randomBytes } from 'node:crypto';

/** As in Exchange, ids begin alike. Only what comes behind counts on: random bytes for each would be most of accepting a message. */
const shared = randomBytes(36).toString('base64url');
const digits = 11;
let count = 0;

/** What ids of items begin with, and those that stay the same for an item's life. */
type IdStart = 'AAMk' | 'AAkA';

/** A number that no other id of this process has. */
export function newNumber(): number {
  count += 1;
  return count;
}

/** Looks like an id of Exchange: it ends in `=`, which a client has to encode in a path. */
export function idOf(number: number, start: IdStart = 'AAMk'): string {
  return `${start}${shared}${number.toString(36).padStart(digits, '0')}=`;
}

/** The number in an id; undefined for an id of another process. */
export function numberIn(id: string): number | undefined {
  const number = Number.parseInt(id.slice(-digits - 1, -1), 36);
  return id === idOf(number) || id === idOf(number, 'AAkA') ? number : undefined;
}

export function newId(): string {
  return idOf(newNumber());
}
