import { createHash, randomUUID } from 'node:crypto';
import { domainToASCII } from 'node:url';

/** What a run is told from others by; undefined where it cannot be known. */
export interface RunInput {
  readonly recipientsSha256: string | undefined;
  readonly templateSha256: string | undefined;
  readonly optionsSha256: string | undefined;
}

/**
 * The id of a run, 32 hex digits: the same for the same recipients, template and options. What cannot be known (a function,
 * an iterable) is taken as different every time.
 */
export function runId(input: RunInput, random: () => string = randomUUID): string {
  const parts = [input.recipientsSha256, input.templateSha256, input.optionsSha256];
  return sha256(parts.map((part) => part ?? random()).join('\n')).slice(0, 32);
}

/**
 * JSON with the names of every object in order, so that equal values give equal text. As in JSON, `undefined` and functions
 * are left out and Dates are text; a bigint is its digits with an `n`. Throws a TypeError for what contains itself.
 */
export function stableJson(value: unknown): string {
  return JSON.stringify(inOrder(value, [])) ?? 'null';
}

/** Digest of a row's values, 16 hex digits. The order of the columns does not matter. */
export function rowKey(values: Readonly<Record<string, unknown>>): string {
  return sha256(stableJson(values)).slice(0, 16);
}

/**
 * The Message-ID of a row's mail: the same at every attempt, so that what became of one can be looked up, and Exchange can
 * drop a second copy. Tells nothing of the recipient. (facts send-18, header-1)
 */
export function messageIdFor(runId: string, row: number, key: string, domain: string): string {
  const ascii = domainToASCII(domain);
  const host = /^[a-z0-9.-]+$/.test(ascii) ? ascii : 'localhost';
  return `<${sha256(`${runId}\n${row}\n${key}`).slice(0, 32)}@${host}>`;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function inOrder(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) throw new TypeError('A value that contains itself cannot be written as JSON');
  const within = [...above, value];
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return inOrder(toJSON.call(value), within);
  if (Array.isArray(value)) return value.map((item) => inOrder(item, within));
  const names = Object.keys(value).sort();
  // A prototype would make something else of the name __proto__.
  const ordered: Record<string, unknown> = Object.create(null);
  for (const name of names) ordered[name] = inOrder((value as Record<string, unknown>)[name], within);
  return ordered;
}
