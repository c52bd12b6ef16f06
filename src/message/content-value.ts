import { GraphMailError, type GraphMailErrorCode } from '../common/errors.js';

/** A failure that names the place in the message's data, for instance `attachments[0].path`. */
export function dataError(
  where: string,
  what: string,
  code: GraphMailErrorCode = 'EMESSAGE',
  cause?: unknown,
): GraphMailError {
  return new GraphMailError(`The message's ${where} ${what}.`, { code, permanent: true, command: 'API', cause });
}

/** What a value is, without saying it: it may be anything. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (ArrayBuffer.isView(value)) return 'bytes';
  if (value === undefined) return 'undefined';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Whether Nodemailer can listen to what it takes for a stream. */
function isWholeStream(value: object): boolean {
  const methods = ['on', 'once', 'removeListener', 'pipe'];
  return methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

/**
 * Checks content as Nodemailer reads it: text, bytes, a stream, or the place where it is. Of anything else its versions
 * make an exception that nobody can catch, an empty part, or nothing for ever.
 * @throws GraphMailError `ESTREAM` or `EMESSAGE`
 */
export function checkContent(where: string, value: unknown): void {
  if (!value || typeof value === 'string' || ArrayBuffer.isView(value)) return;
  // A stream that failed before it was read is replaced by its error.
  if (Object.prototype.toString.call(value) === '[object Error]') return;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw dataError(where, `is ${kindOf(value)}; expected text, bytes, a stream, or an object with path or href`);
  }
  const content = value as Record<string, unknown>;
  if (typeof content.pipe === 'function') {
    if (!isWholeStream(value)) throw dataError(where, 'has a pipe method and is not a stream');
    return;
  }
  checkPlaces(where, content);
  if (!content.path && !content.href) {
    throw dataError(where, 'is an object; expected text, bytes, a stream, or an object with path or href');
  }
}

/**
 * Checks the places that content names. Opening a path that no file can have, or a URL that is none, throws where nobody
 * can catch it.
 * @throws GraphMailError `ESTREAM`
 */
export function checkPlaces(where: string, { path, href }: Record<string, unknown>): void {
  if (path) {
    if (typeof path !== 'string') throw notText(`${where}.path`, path);
    if (/^https?:\/\//i.test(path)) checkUrl(`${where}.path`, path);
    else if (/^data:/i.test(path)) checkDataUrl(`${where}.path`, path);
    else if (path.includes('\0')) throw dataError(`${where}.path`, 'has a NUL character in it', 'ESTREAM');
  }
  if (href) {
    if (typeof href !== 'string') throw notText(`${where}.href`, href);
    if (/^data:/i.test(href)) checkDataUrl(`${where}.href`, href);
    else checkUrl(`${where}.href`, href);
  }
}

function notText(where: string, value: unknown): GraphMailError {
  const expected = value instanceof URL ? 'expected text: fileURLToPath(url) or url.href' : 'expected text';
  return dataError(where, `is ${value instanceof URL ? 'a URL object' : kindOf(value)}; ${expected}`, 'ESTREAM');
}

/** Nodemailer's versions read URLs by two parsers: what one of them refuses, or takes for another host, is none. */
function checkUrl(where: string, text: string): void {
  if (/^\s*https?:\/\/[^\s/?#\\"';]/i.test(text) && URL.canParse(text) && isDecodable(new URL(text))) return;
  throw dataError(where, 'is not an http or https URL', 'ESTREAM');
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function checkDataUrl(where: string, text: string): void {
  if (!text.includes(',')) throw dataError(where, 'is a data: URL without data', 'ESTREAM');
}
