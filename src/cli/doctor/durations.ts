const units: readonly [ms: number, name: string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** A length of time in its largest unit: `20 minutes`; as many as are full, or rounded otherwise. */
export function durationInWords(ms: number, round: (n: number) => number = Math.floor): string {
  const [length, name] = units.find(([unit]) => ms >= unit) ?? [1_000, 'second'];
  const n = round(ms / length);
  return `${n} ${name}${n === 1 ? '' : 's'}`;
}
