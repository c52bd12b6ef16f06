import { addressProblem } from '../../bulk/common/email-address.js';
import { isGuid } from '../../common/canonical-address.js';
/** What is wrong with an answer, as a sentence; `undefined` when nothing is. Flags and questions are held to the same. */
export type AnswerCheck = (text: string) => string | undefined;

const hasControls = (text: string) => /\p{Cc}|\p{Surrogate}|[\u2028\u2029]/u.test(text);

export const addressAnswer: AnswerCheck = (text) => {
  const problem = addressProblem(text);
  return problem === undefined ? undefined : `The address ${problem}.`;
};

/** Azure CLI reads a file for a value that begins with `@`, and takes one that begins with `-` for a flag. */
export const nameAnswer: AnswerCheck = (text) => {
  if (text.trim() !== text || text === '') return 'Expected a name, without spaces around it.';
  if (hasControls(text)) return 'The name holds a line break or another control character.';
  if (/^[-@]/.test(text)) return 'The name must not begin with "-" or "@".';
  // RFC 5280, ub-common-name: the certificate carries the name.
  return [...text].length > 64 ? 'Expected a name of 64 characters at most.' : undefined;
};

export const filterAnswer: AnswerCheck = (text) => {
  if (text.trim() === '') return "Expected a recipient filter, such as CustomAttribute1 -eq 'graph-mailer'.";
  return hasControls(text) ? 'The filter holds a line break or another control character.' : undefined;
};

/** App management policies of many tenants allow a year or two; nobody remembers a certificate after ten. */
export const daysAnswer: AnswerCheck = (text) => {
  const days = Number(text);
  return /^\d{1,4}$/.test(text) && days >= 1 && days <= 3650 ? undefined : 'Expected a number of days from 1 to 3650.';
};

export const idAnswer: AnswerCheck = (text) =>
  isGuid(text) ? undefined : 'Expected a GUID, such as 11111111-2222-3333-4444-555555555555.';
