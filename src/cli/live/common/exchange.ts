import type { HttpRequest, Reply } from './plain-http.js';
import { recipientsOf } from './recipients-guard.js';

/**
 * A request and its answer for a report that may be published: made only of words of this file, numbers and codes, so that no
 * address, id, token or text of a message can be in it.
 */
export interface Exchange {
  /** `POST Graph /v1.0/users/{mailbox}/sendMail`. */
  request: string;
  /** `MIME, 312 bytes, to sender and recipient 1`; undefined for a request without a body. */
  content?: string;
  /** `202`, `400 ErrorInvalidRecipients`, `401 AADSTS700027`, `no answer: ECONNRESET`. */
  answer: string;
}

export interface Roles {
  authorityHost: string;
  graphHost: string;
  /** What an address is called in a report: `sender`, `recipient 1` … */
  roleOf(address: string): string;
}

/** Any other part of a path is an id or an address, and is shown as `{…}`. */
const SEGMENTS =
  /^(?:|v1\.0|v2\.0|users|me|sendmail|sendmial|messages|mailfolders|sentitems|drafts|inbox|deleteditems|attachments|createuploadsession|send|admin|exchange|tracing|messagetraces|\$value|oauth2|token|\.well-known|openid-configuration)$/i;
const QUERY = /^\$(?:filter|select|top|orderby)$/;

export function exchangeOf(url: string, request: HttpRequest, answer: Reply | Error, roles: Roles): Exchange {
  const content = contentOf(request, roles);
  return {
    request: `${request.method ?? 'GET'} ${shownUrl(url, roles)}`,
    ...(content !== undefined && { content }),
    answer: answer instanceof Error ? failureInWords(answer) : answerInWords(answer),
  };
}

/** The status, and Graph's or Entra's code for it. */
export function answerInWords({ status, json }: Reply): string {
  const code: unknown = json?.error?.code;
  const [aadsts]: unknown[] = Array.isArray(json?.error_codes) ? json.error_codes : [];
  // A code of another form could be any text.
  if (typeof code === 'string' && /^[A-Z][A-Za-z]{2,40}(?:(?:--|\d{1,2})[A-Z][A-Za-z]{2,30})?$/.test(code)) {
    return `${status} ${code}`;
  }
  return typeof aadsts === 'number' ? `${status} AADSTS${aadsts}` : String(status);
}

function failureInWords(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return `no answer${typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? `: ${code}` : ''}`;
}

function shownUrl(url: string, { authorityHost, graphHost }: Roles): string {
  const { origin, pathname, searchParams } = new URL(url);
  const path = pathname.split('/').map((part, at, all) => {
    if (SEGMENTS.test(part)) return part;
    return all[at - 1] === 'users' ? '{mailbox}' : '{…}';
  });
  const names = [...searchParams.keys()].filter((name) => QUERY.test(name));
  const isToken = /\/oauth2\/|openid-configuration$/.test(pathname);
  const host = isToken && origin === authorityHost ? 'Entra' : origin === graphHost ? 'Graph' : 'upload URL';
  return `${host} ${path.join('/')}${names.length > 0 ? `?${names.join('&')}` : ''}`;
}

function contentOf(request: HttpRequest, { roleOf }: Roles): string | undefined {
  const { headers = {}, body } = request;
  if (body === undefined) return undefined;
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const kinds = { 'text/plain': 'MIME', 'application/json': 'JSON', 'application/x-www-form-urlencoded': 'form' };
  const kind = Object.entries(kinds).find(([prefix]) => type.startsWith(prefix))?.[1] ?? 'bytes';
  const size = `${kind}, ${Buffer.byteLength(body)} bytes`;
  if (kind !== 'MIME' && kind !== 'JSON') return size;
  const roles = [...new Set(recipientsOf(request).map(roleOf))];
  return `${size}, ${roles.length === 0 ? 'to nobody' : `to ${roles.join(' and ')}`}`;
}

/** Why a probe came to no answer, in words that a report may have, as an {@link Exchange}. */
export class ProbeFailure extends Error {}
