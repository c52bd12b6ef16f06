import { GraphMailError } from '../common/errors.js';
import { isStream } from './compose/content-streams.js';

/** Whose say it is whether a message's content may be files and URLs. */
export interface AccessRules {
  disableFileAccess?: unknown;
  disableUrlAccess?: unknown;
}

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
    for (const place of (Array.isArray(value) ? value : [value]).flatMap(placesOf)) {
      if (place === 'url' && noUrls) throw refused('EURLACCESS', 'URL', field, 'disableUrlAccess');
      if (place === 'file' && noFiles) throw refused('EFILEACCESS', 'file', field, 'disableFileAccess');
    }
  }
}

/** All places that content names instead of being there itself; which of them is read differs between versions. */
function placesOf(content: unknown): ('url' | 'file')[] {
  // A file stream has a path too, but it was opened by whoever gave it.
  if (typeof content !== 'object' || content === null || isStream(content)) return [];
  const { path, href, content: inner, raw } = content as Record<string, unknown>;
  const places = [...placesOf(inner), ...placesOf(raw)];
  if (isPlace(href)) places.push('url');
  if (isPlace(path)) places.push(/^https?:\/\//i.test(String(path)) ? 'url' : 'file');
  return places;
}

function isPlace(value: unknown): boolean {
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
