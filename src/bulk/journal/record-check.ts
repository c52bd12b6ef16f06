import type { JournalRecord } from './records.js';

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const flag: Check = (value) => typeof value === 'boolean';
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
// The states of all rows up to the highest number are held in memory.
const row: Check = (value) => count(value) && (value as number) >= 1 && (value as number) <= 2 ** 30;
const key: Check = (value) => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
const time: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const error: Check = (value) => object(value) && typeof (value as { message?: unknown }).message === 'string';
const oneOf =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const ofRow = { row, key, at: time };
const settled = optional(oneOf('verify', 'trace', 'draft'));

/** The fields that something is decided by. Others are for reports; a later version may have more of them. */
const fields: Record<JournalRecord['type'], Record<string, Check>> = {
  run: { version: oneOf(1), id: text, at: time, recipients: object, template: object, options: object },
  attempt: {
    ...ofRow,
    mailbox: text,
    messageId: text,
    draftId: optional(text),
    attempt: optional(count),
    date: optional(text),
  },
  sent: { ...ofRow, mailbox: text, messageId: text, attempts: count, recipients: count, settled },
  rejected: { ...ofRow, stage: oneOf('row', 'send'), error, settled },
  skipped: { ...ofRow, reason: oneOf('duplicate', 'suppressed'), of: optional(row), entry: optional(text) },
  unknown: { ...ofRow, mailbox: text, messageId: text, draftId: optional(text), error },
  returned: { ...ofRow, mailbox: optional(text), draftId: optional(text), until: optional(time), settled },
  session: { at: time, event: oneOf('start', 'end'), pid: count, host: text },
  throttled: { at: time, mailbox: text, until: optional(time) },
  bounce: { row, at: time, recipient: text, hard: flag },
  'bounces-read': { at: time, mailbox: text, until: time },
  trace: { row, at: time, recipient: optional(text), status: optional(text) },
  'trace-read': { at: time, mailbox: text },
};
const checks = new Map(Object.entries(fields).map(([type, checked]) => [type, Object.entries(checked)]));

/** Why a value is no record of a journal, or undefined when it is one. */
export function recordProblem(value: unknown): string | undefined {
  if (!object(value)) return 'it is no object';
  const record = value as Record<string, unknown>;
  const ofType = checks.get(String(record.type));
  if (!ofType) return `it is of a type that this version does not know, ${JSON.stringify(record.type)}`;
  for (const [name, check] of ofType) {
    if (check(record[name])) continue;
    return name === 'version'
      ? `it is of version ${JSON.stringify(record.version)} of this format, and only 1 is known: update this program`
      : `"${name}" of "${record.type}" cannot be ${JSON.stringify(record[name])}`;
  }
  return undefined;
}
