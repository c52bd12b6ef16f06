/** A part of a file: offsets of its first and last byte, and the bytes of the whole. */
export interface ContentRange {
  first: number;
  last: number;
  size: number;
}

/** Reads `bytes 0-2097151/3483322` (RFC 9110 §14.4). Undefined for anything else, an unknown length included. */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(value?.trim() ?? '');
  if (!match) return undefined;
  const [first = 0, last = 0, size = 0] = match.slice(1).map(Number);
  return first <= last && last < size ? { first, last, size } : undefined;
}
