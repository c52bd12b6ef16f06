import { randomUUID } from 'node:crypto';
import { type Denial, denial, isDenial } from './denial.js';
import { jsonMessageToMime } from './json-message.js';
import type { Mailbox } from './mailbox.js';
import { decodeBase64Body } from './mime-body.js';
import { newMessageId } from './stored-message.js';

/** A message as a request brings it. */
export interface Upload {
  /** MIME. */
  raw: Buffer;
  saveToSentItems: boolean;
}

type JsonObject = Record<string, unknown>;

/** Reads the message out of a sendMail body: base64 MIME in `text/plain`, or JSON around a message. */
export function readSendMailBody(contentType: string | undefined, body: Buffer, mailbox: Mailbox): Upload | Denial {
  return readUpload(contentType, body, (request) => {
    const message = pick(request, 'message');
    if (!isObject(message)) return emptyMessage;
    const save = pick(request, 'saveToSentItems');
    // Whatever the message says of its Message-ID: on this path the server invents it.
    const upload = readMessage(message, mailbox, newMessageId(mailbox));
    return isDenial(upload) ? upload : { ...upload, saveToSentItems: save !== false && save !== 'false' };
  });
}

/** Reads a new draft: base64 MIME in `text/plain`, or a JSON message, which may name its `internetMessageId`. */
export function readDraftBody(contentType: string | undefined, body: Buffer, mailbox: Mailbox): Upload | Denial {
  return readUpload(contentType, body, (message) => {
    const { internetMessageId: given } = message;
    const usable = typeof given === 'string' && /^<[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(given);
    return readMessage(message, mailbox, usable ? given : newMessageId(mailbox));
  });
}

/** The JSON object in a body, whatever the Content-Type says. */
export function readJsonObject(body: Buffer): JsonObject | Denial {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : notJson;
  } catch {
    return notJson;
  }
}

/** A value by its name in any letter case: Graph's metadata and its examples differ in it, as `Message` and `message`. */
export function pick(object: JsonObject, name: string): unknown {
  return Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readUpload(
  contentType: string | undefined,
  body: Buffer,
  readJson: (request: JsonObject) => Upload | Denial,
): Upload | Denial {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (!type) return noContentType;
  if (type === 'text/plain') return readMime(body);
  if (type === 'application/json') {
    const request = readJsonObject(body);
    return isDenial(request) ? request : readJson(request);
  }
  const message = `A supported MIME type could not be found that matches the content type '${type}'.`;
  return denial(415, 'UnsupportedMediaType', message);
}

function readMime(body: Buffer): Upload | Denial {
  if (body.length === 0) return emptyMessage;
  const raw = decodeBase64Body(body);
  if (!raw) return denial(400, 'ErrorMimeContentInvalidBase64String', 'Invalid base64 string for MIME content.');
  return raw.length === 0 ? emptyMessage : { raw, saveToSentItems: true };
}

function readMessage(message: JsonObject, mailbox: Mailbox, messageId: string): Upload | Denial {
  const mime = jsonMessageToMime(message, { mailbox, messageId, boundary: randomUUID() });
  return 'code' in mime ? denial(400, mime.code, mime.message) : { raw: mime.raw, saveToSentItems: true };
}

const emptyMessage = denial(400, 'ErrorInvalidParameter', "The value of the parameter 'Message' is empty.");

const noContentType = denial(
  400,
  'BadRequest',
  'A missing or empty content type header was found when trying to read a message. The content type header is required.',
);

const notJson = denial(
  400,
  'BadRequest',
  'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
);
