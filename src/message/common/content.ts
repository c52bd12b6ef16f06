import { Readable } from 'node:stream';
import { GraphMailError, type GraphMailErrorCode } from '../../common/errors.js';
import type { ComposedNode } from './types.js';

/** Message fields whose value is content, or a list of contents. */
export const contentFields = [
  'raw',
  'text',
  'html',
  'watchHtml',
  'amp',
  'icalEvent',
  'alternatives',
  'attachments',
] as const;

/**
 * Checks content as Nodemailer reads it: text, bytes, a stream, or its path or URL. Of anything else its versions
 * make an exception that cannot be caught, an empty part, or nothing for ever.
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
  checkLocations(where, content);
  if (!content.path && !content.href) {
    throw dataError(where, 'is an object; expected text, bytes, a stream, or an object with path or href');
  }
}

/**
 * Checks the paths and URLs that content names. Opening a path that no file can have, or an invalid URL, throws where it
 * cannot be caught.
 * @throws GraphMailError `ESTREAM`
 */
export function checkLocations(where: string, { path, href }: Record<string, unknown>): void {
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

/** Whether Nodemailer can listen to what it takes for a stream. */
function isWholeStream(value: object): boolean {
  const methods = ['on', 'once', 'removeListener', 'pipe'];
  return methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
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

/** A failure that names the field in the message's data, for instance `attachments[0].path`. */
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

/** Whether a message's content may be files and URLs, as the transport or the message says. */
interface AccessRules {
  disableFileAccess?: unknown;
  disableUrlAccess?: unknown;
}

/**
 * Refuses a message that names files or URLs where that is disabled, from its data and so before anything is read.
 * Nodemailer itself refuses only while it composes, and versions 7 and 8 not everywhere: a plugin that resolves content,
 * `attachDataUrls`, and the content of a raw message are read all the same.
 * @throws GraphMailError `EFILEACCESS` or `EURLACCESS`
 */
export function refuseAccess(data: Record<string, unknown>, ...rules: AccessRules[]): void {
  const noFiles = rules.some(({ disableFileAccess }) => disableFileAccess);
  const noUrls = rules.some(({ disableUrlAccess }) => disableUrlAccess);
  if (!noFiles && !noUrls) return;
  for (const field of contentFields) {
    const value = data[field];
    for (const location of (Array.isArray(value) ? value : [value]).flatMap(locationsOf)) {
      if (location === 'url' && noUrls) throw refused('EURLACCESS', 'URL', field, 'disableUrlAccess');
      if (location === 'file' && noFiles) throw refused('EFILEACCESS', 'file', field, 'disableFileAccess');
    }
  }
}

/** All paths and URLs that content names instead of being given itself; which of them is read differs between versions. */
function locationsOf(content: unknown): ('url' | 'file')[] {
  // A file stream has a path too, but the caller opened it.
  if (typeof content !== 'object' || content === null || isStream(content)) return [];
  const { path, href, content: inner, raw } = content as Record<string, unknown>;
  const locations = [...locationsOf(inner), ...locationsOf(raw)];
  if (isLocation(href)) locations.push('url');
  if (isLocation(path)) locations.push(/^https?:\/\//i.test(String(path)) ? 'url' : 'file');
  return locations;
}

function isLocation(value: unknown): boolean {
  const given = (typeof value === 'string' && value !== '') || value instanceof URL || Buffer.isBuffer(value);
  return given && !/^data:/i.test(String(value));
}

function refused(code: 'EFILEACCESS' | 'EURLACCESS', what: string, field: string, option: string): GraphMailError {
  return new GraphMailError(`The message's ${field} names a ${what}, and ${what} access is disabled.`, {
    code,
    permanent: true,
    command: 'API',
    hint: `Give the content itself instead of its place, or allow it: ${option} is set on the transport or the message.`,
  });
}

/**
 * Refuses content that cannot be read, and puts a check in front of every content stream. On a stream in object mode that
 * gives anything but text or bytes, Nodemailer throws outside of every callback; its versions before 10 wait for ever for
 * a stream that was destroyed, and take one that was read before for an empty one.
 * @throws GraphMailError `ESTREAM` or `EMESSAGE`
 */
export function checkContentStreams(node: ComposedNode, raw: unknown, known = new Map<Readable, Readable>()): void {
  // Plugins may have put it there, after the message's data was checked.
  checkContent('content', node.content);
  checkContent('raw', (node as { _raw?: unknown })._raw);
  if (isStream(raw)) node.setRaw?.(checked(raw));
  if (isStream(node.content)) {
    const source = node.content;
    // A calendar event stands in a message twice, and Nodemailer reads its stream once for both when marked like this.
    const marked = source as { _resolve?: unknown };
    const one =
      known.get(source) ?? Object.assign(checked(source), '_resolve' in marked && { _resolve: marked._resolve });
    known.set(source, one);
    node.content = one;
  }
  for (const child of node.childNodes ?? []) checkContentStreams(child, undefined, known);
}

/** Reads nothing before it is read itself, so that errors come when there is a listener. */
function checked(source: Readable): Readable {
  return Readable.from(chunksOf(source), { objectMode: false });
}

/** Streams that are being read: a second reader would get only what the first leaves. */
const taken = new WeakSet<Readable>();

async function* chunksOf(source: Readable): AsyncGenerator<string | Uint8Array> {
  if (source.readableEnded || taken.has(source))
    throw new Error('the content stream was read before, by this or another message');
  taken.add(source);
  // Streams of an older make can be read by events only.
  const readable = Symbol.asyncIterator in source ? source : new Readable().wrap(source);
  for await (const chunk of readable as AsyncIterable<unknown>) {
    if (typeof chunk !== 'string' && !ArrayBuffer.isView(chunk)) {
      throw new TypeError(`the content stream gave ${typeof chunk}, where text or bytes are wanted`);
    }
    const bytes = typeof chunk === 'string' ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (bytes.length > 0) yield bytes;
  }
}

/** As Nodemailer tells a stream from other content. */
export function isStream(value: unknown): value is Readable {
  return typeof value === 'object' && value !== null && typeof (value as Readable).pipe === 'function';
}
