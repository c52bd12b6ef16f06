export const OPERATIONS = [
  'token',
  'discovery',
  'sendMail',
  'createDraft',
  'addAttachment',
  'createUploadSession',
  'uploadChunk',
  'uploadStatus',
  'cancelUpload',
  'sendDraft',
  'deleteDraft',
  'lookup',
  'messageTrace',
  'other',
] as const;

/**
 * What a request was to do, read off its method and path; the names are those that scripted faults use. `lookup` is any
 * GET of messages, folders and attachments, `discovery` what Entra publishes, `uploadStatus` and `cancelUpload` a GET and
 * a DELETE of an upload URL, `messageTrace` a GET of message traces, `other` all the rest.
 */
export type RequestOperation = (typeof OPERATIONS)[number];

interface NamedOperation {
  operation: RequestOperation;
  /** The message that the path names, or the upload session. */
  itemId?: string;
}

/** By method and what stands behind `/v1.0/users/{user}`; `*` is any segment. */
const BY_PATH: readonly (readonly [method: string, path: readonly string[], operation: RequestOperation])[] = [
  ['POST', ['sendmail'], 'sendMail'],
  ['POST', ['messages'], 'createDraft'],
  ['POST', ['mailfolders', '*', 'messages'], 'createDraft'],
  ['POST', ['messages', '*', 'send'], 'sendDraft'],
  ['POST', ['messages', '*', 'attachments'], 'addAttachment'],
  ['POST', ['messages', '*', 'attachments', 'createuploadsession'], 'createUploadSession'],
  ['DELETE', ['messages', '*'], 'deleteDraft'],
];

const OF_UPLOAD: Readonly<Record<string, RequestOperation>> = {
  PUT: 'uploadChunk',
  GET: 'uploadStatus',
  DELETE: 'cancelUpload',
};

export function operationOf(method: string, segments: readonly string[]): NamedOperation {
  const [first = '', second = '', ...rest] = segments;
  if (first.toLowerCase() === 'upload') {
    const itemId = /^AttachmentSessions\('(.+)'\)$/i.exec(second)?.[1];
    return { operation: OF_UPLOAD[method] ?? 'other', ...(itemId !== undefined && { itemId }) };
  }
  if (second.toLowerCase() === 'admin') return { operation: isTrace(method, segments) ? 'messageTrace' : 'other' };
  if (second.toLowerCase() !== 'users') return { operation: ofEntra(segments) };
  const [, ...names] = rest;
  const path = names.map((name) => name.toLowerCase());
  const known = BY_PATH.find(
    ([verb, pattern]) =>
      verb === method &&
      pattern.length === path.length &&
      pattern.every((segment, at) => segment === '*' || segment === path[at]),
  );
  const itemId = path[0] === 'messages' ? names[1] : undefined;
  const operation = known?.[2] ?? (method === 'GET' && path.length > 0 ? 'lookup' : 'other');
  return { operation, ...(itemId !== undefined && { itemId }) };
}

function isTrace(method: string, segments: readonly string[]): boolean {
  const path = segments.slice(1).join('/').toLowerCase();
  return method === 'GET' && path === 'admin/exchange/tracing/messagetraces';
}

function ofEntra(segments: readonly string[]): RequestOperation {
  const path = segments.slice(1).join('/').toLowerCase();
  if (path === 'oauth2/v2.0/token') return 'token';
  return path.startsWith('discovery/') || path.startsWith('v2.0/.well-known/') ? 'discovery' : 'other';
}
