import { answerInWords } from '../common/exchange.js';
import { itemInSentItems } from '../common/folders.js';
import type { Finding, Permission, Question } from '../common/probe.js';
import type { Target } from '../common/target.js';

const sizes: readonly (readonly [bytes: number, taken: boolean])[] = [
  [3_999_999, true],
  [4_000_000, true],
  [4_000_001, true],
  [4_194_303, true],
  [4_194_304, true],
  [4_194_305, false],
];

/** Bodies of an exact size; they name no recipient, so that nothing can be sent. */
export const requestSize: readonly Question[] = sizes.map(([bytes, taken], at) => ({
  id: `request-size.${at + 1}`,
  facts: ['size-2'],
  topic: 'limit of the request',
  assumption: `a body of ${bytes} bytes is ${taken ? 'read' : 'refused with 413'}`,
  needs: ['Mail.Send'],
  look: (target) => probeSize(target, bytes, taken),
}));

async function probeSize(target: Target, bytes: number, taken: boolean): Promise<Finding> {
  const start = target.mail('size', { To: '' });
  const mime = start.padEnd(Math.floor(bytes / 4) * 3, 'x');
  // The length of Base64 is a multiple of four; white space fills up the rest.
  const body = Buffer.from(mime).toString('base64').padEnd(bytes, '\n');
  const reply = await target.sendMail('', { body });
  const held = taken ? reply.json?.error?.code === 'ErrorInvalidRecipients' : reply.status === 413;
  return { held, seen: answerInWords(reply) };
}

const REFUSED = 'ErrorMimeContentInvalidBase64String';
const READ = 'ErrorInvalidRecipients';

interface Encoding {
  assumption: string;
  fact: string;
  code: string;
  /** Makes the body from a message whose base64 has `+`, `/` and padding. */
  body: (base64: string) => string;
  contentType?: string;
}

const encodings: readonly Encoding[] = [
  {
    fact: 'send-2',
    assumption: 'text/plain may have a charset parameter',
    code: READ,
    body: (base64) => base64,
    contentType: 'text/plain; charset=utf-8',
  },
  {
    fact: 'send-3',
    assumption: 'the URL-safe alphabet is refused as base64',
    code: REFUSED,
    body: (base64) => base64.replaceAll('+', '-').replaceAll('/', '_'),
  },
  {
    fact: 'send-3',
    assumption: 'base64 without its padding is refused',
    code: REFUSED,
    body: (base64) => base64.replace(/=+$/, ''),
  },
];

/** Messages without recipients: the code of the refusal tells whether the body could be decoded. */
export const bodyEncoding: readonly Question[] = encodings.map((encoding, at) => ({
  id: `body-encoding.${at + 1}`,
  facts: [encoding.fact],
  topic: 'encoding of the body',
  assumption: encoding.assumption,
  needs: ['Mail.Send'],
  look: (target) => probeEncoding(target, encoding),
}));

async function probeEncoding(target: Target, { code, body, contentType }: Encoding): Promise<Finding> {
  let mime = target.mail('encoding', { To: '' }, '~~~>>>???');
  while (Buffer.byteLength(mime) % 3 !== 1) mime += '>';
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  const reply = await target.sendMail('', { body: body(Buffer.from(mime).toString('base64')), headers });
  return { held: reply.json?.error?.code === code, seen: answerInWords(reply) };
}

const rawBytesTopic = 'bytes that are not ASCII, and line ends';
const rawBytesNeeds: Permission[] = ['Mail.Send', 'Mail.Read'];
const TEXT = 'Grüße aus Köln';

export const rawBytes: readonly Question[] = [
  {
    id: 'raw-bytes.1',
    facts: ['send-16'],
    topic: rawBytesTopic,
    assumption: 'a subject in raw UTF-8 is taken and read as UTF-8',
    needs: rawBytesNeeds,
    look: async (target) => {
      const messageId = target.messageId();
      const subject = target.subject(TEXT);
      return lookAt(target, messageId, target.mail('', { Subject: subject, 'Message-ID': messageId }), subject);
    },
  },
  {
    id: 'raw-bytes.2',
    facts: ['send-16'],
    topic: rawBytesTopic,
    assumption: 'a body in raw UTF-8 (8bit) is taken and read as UTF-8',
    needs: rawBytesNeeds,
    look: async (target) => {
      const headers = { 'Message-ID': target.messageId(), 'Content-Transfer-Encoding': '8bit' };
      return lookAt(target, headers['Message-ID'], target.mail('8bit', headers, `${TEXT}\r\n`), TEXT);
    },
  },
  {
    id: 'raw-bytes.3',
    facts: ['send-16'],
    topic: rawBytesTopic,
    assumption: 'a message with bare LF is taken and read as one with CRLF',
    needs: rawBytesNeeds,
    look: async (target) => {
      const messageId = target.messageId();
      const mime = target.mail('bare LF', { 'Message-ID': messageId }, 'After the header.\r\n');
      return lookAt(target, messageId, mime.replaceAll('\r\n', '\n'), 'After the header.');
    },
  },
];

async function lookAt(target: Target, messageId: string, mime: string, wanted: string): Promise<Finding> {
  const reply = await target.sendMail(mime);
  if (reply.status !== 202) return { held: false, seen: answerInWords(reply) };
  const sent = await itemInSentItems(target, messageId, 'subject,bodyPreview');
  const { subject = '', bodyPreview = '' } = sent.json?.value?.[0] ?? {};
  const found = `${subject} ${bodyPreview}`.includes(wanted);
  return { held: found, seen: `202, and Sent Items has ${found ? 'it' : 'another text, or nothing'}` };
}

const WANTED = ['cache-control', 'client-request-id', 'content-length', 'content-type', 'date', 'request-id'];

export const answerHeaders: readonly Question[] = [
  {
    id: 'answer-headers.1',
    facts: ['send-7'],
    topic: 'headers of 202',
    assumption: `are at least ${WANTED.join(', ')}`,
    needs: ['Mail.Send'],
    look: async (target) => {
      const { status, headers } = await target.sendMail(target.mail('headers'));
      const names = Object.keys(headers).sort();
      const held = status === 202 && WANTED.every((name) => names.includes(name));
      const missing = WANTED.filter((name) => !names.includes(name));
      return { held, seen: `${status}, ${missing.length === 0 ? 'all are there' : `without ${missing.join(', ')}`}` };
    },
  },
];
