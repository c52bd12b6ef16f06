import { randomUUID } from 'node:crypto';
import { jsonMessageToMime } from './json-message.js';
import type { Mailbox } from './mailbox.js';
import type { Denial } from './mailbox-access.js';
import { decodeBase64Body } from './mime-body.js';

export interface Upload {
  /** MIME. */
  raw: Buffer;
  saveToSentItems: boolean;
}

/** Reads the message out of a sendMail body: base64 MIME in `text/plain`, or a JSON message. */
export function readRequestBody(contentType: string | undefined, body: Buffer, mailbox: Mailbox): Upload | Denial {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (!type) {
    return denial(
      400,
      'BadRequest',
      'A missing or empty content type header was found when trying to read a message. The content type header is required.',
    );
  }
  if (type === 'text/plain') return readMime(body);
  if (type === 'application/json') return readJson(body, mailbox);
  return denial(
    415,
    'UnsupportedMediaType',
    `A supported MIME type could not be found that matches the content type '${type}'.`,
  );
}

function readMime(body: Buffer): Upload | Denial {
  if (body.length === 0) return emptyMessage;
  const raw = decodeBase64Body(body);
  if (!raw) return denial(400, 'ErrorMimeContentInvalidBase64String', 'Invalid base64 string for MIME content.');
  return raw.length === 0 ? emptyMessage : { raw, saveToSentItems: true };
}

function readJson(body: Buffer, mailbox: Mailbox): Upload | Denial {
  const request = parseObject(body);
  if (!request) {
    return denial(
      400,
      'BadRequest',
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    );
  }
  const message = pick(request, 'message');
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return emptyMessage;
  const save = pick(request, 'saveToSentItems');
  const mime = jsonMessageToMime(message, { mailbox, messageId: randomUUID(), boundary: randomUUID() });
  if ('code' in mime) return denial(400, mime.code, mime.message);
  return { raw: mime.raw, saveToSentItems: save !== false && save !== 'false' };
}

const emptyMessage = denial(400, 'ErrorInvalidParameter', "The value of the parameter 'Message' is empty.");

/** The action's parameters are named `Message` and `SaveToSentItems` in Graph's metadata and `message` in its examples. */
function pick(request: Record<string, unknown>, name: string): unknown {
  return Object.entries(request).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function denial(status: number, code: string, message: string): Denial {
  return { status, code, message };
}
