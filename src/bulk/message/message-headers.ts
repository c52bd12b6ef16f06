import { quote } from '../common/errors.js';
import { hasControlCharacter, headerTextProblem } from '../common/header-safety.js';
import { headerNameProblem } from '../list-headers/header-names.js';

type HeaderValue = string | string[] | { prepared: boolean; value: string };
export type HeaderFields = Record<string, HeaderValue>;

/**
 * Extra headers in both of Nodemailer's forms as one: an object by name.
 * @param ofPart whether they are those of an attachment, which may have `Content-…` headers of their own
 * @throws Error with what is wrong, after "the message"
 */
export function readHeaders(headers: unknown, ofPart = false): HeaderFields {
  if (headers === undefined || headers === null) return {};
  if (typeof headers !== 'object') throw new Error('has headers that are no object');
  const entries: [unknown, unknown][] = Array.isArray(headers)
    ? headers.map((header: { key?: unknown; value?: unknown } | null) => [header?.key, header?.value])
    : Object.entries(headers);
  const fields: Record<string, string[] | Exclude<HeaderValue, string>> = {};
  for (const [name, value] of entries) {
    if (typeof name !== 'string') throw new Error('has a header without a name');
    const problem = ofPart && /^content-[a-z-]+$/i.test(name) ? undefined : headerNameProblem(name);
    if (problem) throw new Error(`has a header that cannot be used: ${problem}`);
    const known = fields[name];
    if (isPrepared(value)) fields[name] = checkedPrepared(name, value);
    else fields[name] = [...(Array.isArray(known) ? known : []), ...plainValues(name, value)];
  }
  return fields;
}

function isPrepared(value: unknown): value is { prepared: boolean; value: string } {
  return typeof value === 'object' && value !== null && 'prepared' in value && Boolean(value.prepared);
}

/** Nodemailer writes it as it is. */
function checkedPrepared(name: string, prepared: { value: unknown }): { prepared: true; value: string } {
  const value = String(prepared.value);
  // Folded lines go on with a space or tab; one of nothing else would end the header for some readers.
  const unfolded = value.replace(/\r\n[ \t]+(?=[^ \t\r\n])/g, ' ').replaceAll('\t', ' ');
  if (hasControlCharacter(unfolded)) {
    throw new Error(`has a prepared header ${quote(name)} with a line break or control character in it`);
  }
  if (!/^[ -~]*$/.test(unfolded)) throw new Error(`has a prepared header ${quote(name)} that is not ASCII`);
  return { prepared: true, value };
}

function plainValues(name: string, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one) => {
    if (typeof one !== 'string' && typeof one !== 'number')
      throw new Error(`has a header ${quote(name)} that is no text`);
    const problem = headerTextProblem(String(one));
    if (problem) throw new Error(`has a header ${quote(name)} that ${problem}`);
    return String(one);
  });
}
