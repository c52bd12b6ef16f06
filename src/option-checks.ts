import { ambiguityOf } from './address.js';

/** Whether `text` is a GUID, as tenant, client and object ids are. */
export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);
}

/** Whether `text` can name a mailbox: one bare address, or an object id. */
export function isMailbox(text: string): boolean {
  // Half a surrogate pair cannot be put into a URL.
  if (/\p{Surrogate}/u.test(text)) return false;
  if (ambiguityOf(text) !== undefined) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get through
  return isGuid(text) || /^[^\s@<>(),:;"\\/?#\u0000-\u001f\u007f]+@[^\s@<>(),:;"\\/?#\u0000-\u001f\u007f]+$/.test(text);
}

/** What was given, in a form that fits an error message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > 80 ? `'${value.slice(0, 77)}…'` : `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** Edit distance (Levenshtein), for suggesting the option that was meant. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
