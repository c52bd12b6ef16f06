/** `2026-11-23T10:00:00Z`, to the second. */
export function graphTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
