import { GraphMailError } from '../errors.js';

/** Whose say it is whether a message's content may be files and URLs. */
export interface AccessRules {
  disableFileAccess?: unknown;
  disableUrlAccess?: unknown;
}

/** Message fields whose value is content, or a list of contents. */
const contentFields = ['raw', 'text', 'html', 'watchHtml', 'amp', 'icalEvent', 'alternatives', 'attachments'] as const;

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
    for (const content of Array.isArray(value) ? value : [value]) {
      const place = placeOf(content) ?? placeOf((content as { raw?: unknown } | undefined)?.raw);
      if (!place) continue;
      if (place.url && noUrls) throw refused('EURLACCESS', 'URL', field, 'disableUrlAccess');
      if (!place.url && noFiles) throw refused('EFILEACCESS', 'file', field, 'disableFileAccess');
    }
  }
}

/** Where content lies that is not given itself. */
function placeOf(content: unknown): { url: boolean } | undefined {
  if (typeof content !== 'object' || content === null) return undefined;
  const { path, href, content: own } = content as { path?: unknown; href?: unknown; content?: unknown };
  const inner = typeof own === 'object' && own !== null ? placeOf(own) : undefined;
  if (inner) return inner;
  for (const place of [href, path]) {
    if (typeof place !== 'string' || /^data:/i.test(place)) continue;
    return { url: place === href || /^https?:\/\//i.test(place) };
  }
  return undefined;
}

function refused(code: 'EFILEACCESS' | 'EURLACCESS', what: string, field: string, option: string): GraphMailError {
  return new GraphMailError(`The message's ${field} names a ${what}, and ${what} access is disabled.`, {
    code,
    permanent: true,
    command: 'API',
    hint: `Give the content itself instead of its place, or allow it: ${option} is set on the transport or the message.`,
  });
}
