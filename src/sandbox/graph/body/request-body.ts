import type { Call } from '../../http/call.js';
import { type Denial, denial, isDenial } from '../../http/graph-errors.js';
import type { Mailbox } from '../../model/mailbox.js';
import { newMessageId, StoredMessage } from '../../model/stored-message.js';
import { type JsonMessage, readJsonMessage } from './json-message.js';
import { isObject, type JsonObject, orDenial, readFlag, readProperties, unreadable } from './json-values.js';
import { type Base64Reading, decodeBase64Body, type MimeContentType } from './mime-body.js';
import { writeContent } from './write-message.js';

/** What a request with a message is read from. */
export interface UploadRequest {
  call: Call;
  mailbox: Mailbox;
  body: Buffer;
}

/** How MIME is recognised and decoded. */
interface MimeReading {
  base64: Base64Reading;
  mimeContentType: MimeContentType;
}

/** Reads the message out of a sendMail body: base64 MIME in `text/plain`, or JSON around a message. */
export function readSendMailBody(
  request: UploadRequest,
  reading: MimeReading,
): { message: StoredMessage; saveToSentItems: boolean } | Denial {
  let saveToSentItems = true;
  const message = readUpload(request, reading, (json) => {
    const parameters = orDenial(() => readProperties(json, 'sendMail', ['Message', 'SaveToSentItems']));
    if (isDenial(parameters)) return parameters;
    if (!isObject(parameters.Message)) return emptyMessage;
    const save = orDenial(() => readSave(parameters.SaveToSentItems));
    if (typeof save !== 'boolean') return save;
    saveToSentItems = save;
    const content = readJsonMessage(parameters.Message, request.call.at);
    // Whatever the message says of its Message-ID: on this path the server invents it.
    return isDenial(content) ? content : newMessage(request, { ...content, internetMessageId: undefined });
  });
  return isDenial(message) ? message : { message, saveToSentItems };
}

/**
 * Reads a new draft: base64 MIME in `text/plain`, or a JSON message, which may name its `internetMessageId`.
 * (fact send-22)
 */
export function readDraftBody(request: UploadRequest, reading: MimeReading): StoredMessage | Denial {
  return readUpload(request, reading, (json) => {
    const content = readJsonMessage(json, request.call.at);
    return isDenial(content) ? content : newMessage(request, content);
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

/** Whether a client may choose this Message-ID: it must not break out of its header. */
export function isMessageId(text: string | undefined): text is string {
  return text !== undefined && /^<[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(text);
}

function readUpload(
  { call, mailbox, body }: UploadRequest,
  { base64, mimeContentType }: MimeReading,
  readJson: (json: JsonObject) => StoredMessage | Denial,
): StoredMessage | Denial {
  const given = call.headers['content-type']?.trim().toLowerCase();
  const type = given?.split(';')[0]?.trim();
  if (!given || !type) return noContentType;
  if (type === 'text/plain') {
    if (given !== type && mimeContentType === 'bare') return notBare(given);
    if (body.length === 0) return emptyMessage;
    const mime = decodeBase64Body(body, base64);
    if (!mime) return denial(400, 'ErrorMimeContentInvalidBase64String', 'Invalid base64 string for MIME content.');
    return mime.length === 0 ? emptyMessage : new StoredMessage(mime, mailbox);
  }
  if (type === 'application/json') {
    const json = readJsonObject(body);
    return isDenial(json) ? json : readJson(json);
  }
  const message = `A supported MIME type could not be found that matches the content type '${type}'.`;
  return denial(415, 'UnsupportedMediaType', message);
}

function newMessage({ mailbox }: UploadRequest, content: JsonMessage): StoredMessage {
  const { internetMessageId: id } = content;
  const named: JsonMessage = {
    ...content,
    subject: content.subject ?? '',
    body: content.body ?? { html: false, content: '' },
    from: content.from ?? { name: '', address: mailbox.address },
    internetMessageId: isMessageId(id) ? id : newMessageId(mailbox),
  };
  const mime = writeContent(Buffer.from('\r\n'), named, mailbox.address);
  const message = new StoredMessage(mime, mailbox, { uploadedAsMime: false });
  if (content.attachments?.length) message.attach(...content.attachments);
  return message;
}

/** Examples in Graph's documentation have it as text, too. */
function readSave(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'string') return readFlag(value, 'saveToSentItems');
  if (/^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  throw unreadable(`Cannot read ${JSON.stringify(value)} as 'saveToSentItems': expected true or false.`);
}

const emptyMessage = denial(400, 'ErrorInvalidParameter', "The value of the parameter 'Message' is empty.");

function notBare(given: string): Denial {
  const message = `Graph documents text/plain without parameters for MIME; what it does with '${given}' is not known. Send the bare type, or start the sandbox with mimeContentType: 'any-charset'.`;
  return denial(501, 'NotImplemented', message);
}

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
