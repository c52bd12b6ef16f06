import { existsSync } from 'node:fs';
import path from 'node:path';

/** Words that options expect, or that are often given where another one is expected. Not passwords. */
const knownWords: ReadonlySet<string> = new Set([
  ...['direct', 'draft', 'fail', 'verify', 'reject', 'upload', 'hold', 'resend', 'from', 'none', 'all', 'any'],
  ...['global', 'usgov', 'usgov-dod', 'china', 'public', 'common', 'organizations', 'consumers'],
  ...['true', 'false', 'yes', 'no', 'on', 'off', 'null', 'undefined', 'nan'],
]);

/** An address that reads as one: `P@ssw0rd` could be taken for an address, too. */
const plainAddress = /^[a-z0-9][a-z0-9._+'-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}$/i;

/** A server's address and nothing more: secrets of URLs stand before an @, in the path or behind it. */
const plainOrigin = /^https?:\/\/(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?::\d{1,5})?\/?$/i;

/**
 * What was given, for an error message. Any option may hold a secret by mistake, so that only known words and addresses are
 * shown; all else is named by its type and length.
 */
export function shown(value: unknown): string {
  if (typeof value === 'string') return shownText(value);
  if (typeof value === 'number') return shownNumber(value);
  if (typeof value === 'bigint') return 'a bigint';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array with ${value.length} ${value.length === 1 ? 'entry' : 'entries'}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function shownText(text: string): string {
  if (text === '') return 'an empty string';
  if (knownWords.has(text.toLowerCase()) || plainAddress.test(text) || plainOrigin.test(text)) return `'${text}'`;
  const around = text.trim() === text ? '' : ', with white space at its beginning or end';
  return `a string of ${characters(text.length)}${around}`;
}

/** A password may be a number, too, but hardly one of three digits. */
function shownNumber(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 1_000)) return String(value);
  const kind = value < 0 ? 'a negative number' : 'a number';
  if (!Number.isInteger(value)) return `${kind} with a fraction`;
  return Number.isSafeInteger(value) ? `${kind} of ${String(Math.abs(value)).length} digits` : `${kind} beyond 2^53`;
}

function characters(length: number): string {
  return `${length} character${length === 1 ? '' : 's'}`;
}

/** The name of an option that is not known, in quotes; what does not read as a name could be a value instead. */
export function shownName(name: string): string {
  return /^[a-z][a-z_-]{0,23}$/i.test(name) ? `'${name}'` : `with a name of ${characters(name.length)}`;
}

/** What certificates, recipients, settings and attachments are kept in; none of the other characters is in a connection string or URL. */
const fileName =
  /^[\p{L}\p{N} ._~/\\:()+-]{1,260}\.(?:pem|pfx|p12|p7b|key|crt|cer|der|csv|tsv|xlsx?|txt|jsonl|ndjson|json|hbs|env|eml|html?|pdf|docx?|png|jpe?g|zip)$/iu;

/**
 * A path, for an error message: in quotes where it exists, where the folder that should hold it does, or where it
 * is named like a file; anything else given as a path may be a secret.
 */
export function shownPath(file: string): string {
  return isPlainlyPath(file) ? `'${file}'` : `a path of ${characters(file.length)}`;
}

/** Whether a text that was given as a path is one, as far as that can be told without showing it. */
export function isPlainlyPath(file: string): boolean {
  if (fileName.test(file) && !file.includes('://')) return true;
  const parent = path.dirname(file);
  const isNamed = parent !== '.' && parent !== path.parse(parent).root;
  return existsSync(file) || (isNamed && !/[\r\n]/.test(file) && existsSync(parent));
}

/** Why a file cannot be used. Node's own words hold its path. */
export function fileProblem(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'it is not there';
    case 'EACCES':
    case 'EPERM':
      return 'permission was denied';
    case 'EISDIR':
      return 'it is a directory';
    case 'ENAMETOOLONG':
      return 'this is too long for a path';
    case 'ERR_INVALID_ARG_VALUE':
      return 'this is not a path';
  }
  return `the file system says ${typeof code === 'string' ? code : 'nothing that is known'}`;
}
