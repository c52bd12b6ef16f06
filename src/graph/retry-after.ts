/**
 * Reads `Retry-After` (RFC 9110 §10.2.3): seconds, which Graph is documented to give with decimals too, or a date.
 * (fact throttle-7)
 * @returns milliseconds from `now`, 0 for a time gone by, `undefined` for what cannot be read
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  // Only forms that begin with a weekday: Date.parse would also take "-5" or "1.5.2".
  if (!/^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
