import type { IncomingMessage } from 'node:http';
import { readBody } from '../http/body.js';
import { ApiRefusal } from './api-routes.js';

// Bytes; a tenant of many mailboxes fits, a flood does not.
const LIMIT = 1_048_576;

/**
 * The JSON of a request's body, undefined when it has none. Throws a refusal when it is too large, is no JSON, or does not
 * say that it is: a form of another site can send text, but not this Content-Type.
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const { bytes, tooLarge } = await readBody(request, LIMIT);
  if (tooLarge) throw new ApiRefusal(413, 'The body is larger than 1 MB.');
  if (bytes.length === 0) return undefined;
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new ApiRefusal(415, 'A body must have Content-Type: application/json.');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new ApiRefusal(400, 'The body is no JSON.');
  }
}
