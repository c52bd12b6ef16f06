import { BulkInputError, messageOf } from '../common/errors.js';
import type { Row } from '../common/row.js';
import type { TemplateMessage } from './template.js';

/**
 * Makes the message for one row, with any engine: whatever `sendMail` takes, without `to`. What it throws, and a message
 * that cannot be sent, are told as this row's error. It is responsible for its own escaping.
 * @param values the row, as it stands in the input; it must not be changed
 * @param place where the row stands
 */
export type TemplateFunction = (
  values: Row['values'],
  place: { readonly number: number; readonly line: number },
) => TemplateMessage | Promise<TemplateMessage>;

/** @throws BulkInputError */
export async function callTemplateFunction(make: TemplateFunction, row: Row): Promise<TemplateMessage> {
  const { number, line, values } = row;
  const refuse = (problem: string, cause?: unknown) =>
    new BulkInputError(`Template function: ${problem} (recipients, line ${line})`, { line, cause });
  let message: unknown;
  try {
    message = await make(values, { number, line });
  } catch (cause) {
    throw refuse(messageOf(cause), cause);
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw refuse('it must return a message as sendMail takes it: an object with subject and html or text');
  }
  const given = message as TemplateMessage;
  for (const part of ['subject', 'html', 'text'] as const) {
    if (isPromise(given[part])) throw refuse(`its ${part} is a promise; wait for it, as in "${part}: await …"`);
  }
  if (!isNothing(given.attachments) && !Array.isArray(given.attachments)) throw refuse('its attachments are no list');
  if (isNothing(given.html) && isNothing(given.text)) throw refuse('its message has neither html nor text');
  return given;
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
