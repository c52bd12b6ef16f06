let second = Number.NaN;
let text = '';

/** A time as the header `Date` has it (RFC 9110 §5.6.7). Written once for all answers of a second. */
export function httpDate(ms: number): string {
  const now = Math.floor(ms / 1000);
  if (now !== second) {
    second = now;
    text = new Date(ms).toUTCString();
  }
  return text;
}
