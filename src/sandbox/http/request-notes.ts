import { fieldValue, readHeaderFields } from '../mail/header-fields.js';
import type { Answer } from './answer.js';

/** What the log keeps of an answer beside its status. */
interface AnswerNotes {
  code?: string;
  retryAfter?: string;
  instead?: 'silence' | 'reset';
}

// Characters of an error's body to look into; the services' own are far shorter.
const LONGEST_ERROR = 65_536;

export function answerNotes({ status, headers = {}, body, instead }: Answer): AnswerNotes {
  if (instead) return { instead };
  if (status < 400) return {};
  const retryAfter = headers['retry-after'];
  const code = typeof body === 'string' && body.length <= LONGEST_ERROR ? errorCode(body) : undefined;
  return { ...(code !== undefined && { code }), ...(retryAfter !== undefined && { retryAfter: String(retryAfter) }) };
}

/** Graph's `error.code`; of Entra the AADSTS code, which says more than its `error`. */
function errorCode(body: string): string | undefined {
  if (!body.startsWith('{')) return undefined;
  const answer = readJson(body) as { error?: unknown; error_description?: unknown } | undefined;
  const { error, error_description: description } = answer ?? {};
  if (typeof error === 'string') return /^AADSTS\d+/.exec(String(description))?.[0] ?? error;
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The id of the draft or upload session that an answer tells the client. */
export function createdId({ status, body }: Answer): string | undefined {
  if (status !== 201 || typeof body !== 'string') return undefined;
  const { id, uploadUrl } = (readJson(body) ?? {}) as { id?: unknown; uploadUrl?: unknown };
  if (typeof uploadUrl === 'string') return /\/AttachmentSessions\('(.+?)'\)/i.exec(uploadUrl)?.[1];
  return typeof id === 'string' ? id : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SECRETS = new Set(['authtoken', 'access_token', 'client_secret', 'client_assertion', 'assertion', 'password']);

/** A request target without the secrets that may stand in its query, such as the authtoken of an upload URL. */
export function loggedPath(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target;
  const pairs = target
    .slice(mark + 1)
    .split('&')
    .map((pair) => {
      const [[name = ''] = []] = new URLSearchParams(pair);
      return SECRETS.has(name.toLowerCase()) ? `${name}=…` : pair;
    });
  return `${target.slice(0, mark)}?${pairs.join('&')}`;
}

/** The Message-ID that the `$filter` of a lookup asks for. */
export function lookedUpMessageId(query: URLSearchParams): string | undefined {
  const filter = query.get('$filter') ?? '';
  return /\binternetMessageId\s+eq\s+'((?:[^']|'')+)'/i.exec(filter)?.[1]?.replaceAll("''", "'");
}

// Characters of base64 to decode for a header; one that is longer is not searched to its end.
const LENGTHS = [8_192, 131_072];

/**
 * The Message-ID in the header of an uploaded MIME message, decoding no more of the body than that takes. For requests
 * that were refused before they were read.
 */
export function uploadedMessageId(contentType: string | undefined, body: Buffer): string | undefined {
  if (!/^\s*text\/plain\b/i.test(contentType ?? '')) return undefined;
  for (const length of LENGTHS) {
    const start = Buffer.from(body.toString('latin1', 0, length), 'base64');
    const messageId = fieldValue(readHeaderFields(start), 'message-id');
    // A field at the very end may go on behind what was decoded.
    const whole = body.length <= length || /\n\r?\n/.test(start.toString('latin1'));
    if (messageId && (whole || messageId.endsWith('>'))) return messageId;
    if (whole) return undefined;
  }
  return undefined;
}
