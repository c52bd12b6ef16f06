const units = [
  { length: 86_400_000, one: 'day', more: 'days' },
  { length: 3_600_000, one: 'h', more: 'h' },
  { length: 60_000, one: 'min', more: 'min' },
  { length: 1000, one: 's', more: 's' },
] as const;

/**
 * Milliseconds in words, by their two largest units as a plan needs no more: `2 h 46 min`, `3 days 1 h`, `40 s`, `less than a
 * second`.
 */
export function formatDuration(milliseconds: number): string {
  const largest = units.findIndex(({ length }) => milliseconds >= length);
  if (largest === -1) return 'less than a second';
  let left = milliseconds;
  const parts = units.slice(largest, largest + 2).map(({ length, one, more }) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? '' : `${count} ${count === 1 ? one : more}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}
