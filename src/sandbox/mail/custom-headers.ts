/**
 * What becomes of custom headers (`X-…`) in MIME: kept, or dropped from what recipients and Sent Items get, as is reported
 * of mailboxes that have not seen a header of that name before. (fact header-3)
 */
export type CustomHeaders = 'keep' | 'drop';

// Exchange keeps their meaning in properties of its own ([MS-OXCMAIL]), so they are taken to survive (inferred).
const KNOWN: ReadonlySet<string> = new Set(['x-priority', 'x-msmail-priority', 'x-message-flag']);

/** `name` in lower case. */
export function isCustomHeader(name: string): boolean {
  return name.startsWith('x-') && !KNOWN.has(name);
}
