import type { Answer } from './answer.js';

/** What the log keeps of an answer beside its status. */
export interface AnswerNotes {
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
