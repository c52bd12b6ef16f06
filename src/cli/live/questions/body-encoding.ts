import { answerInWords } from '../common/exchange.js';
import type { Finding, Question } from '../common/probe.js';
import type { Target } from '../common/target.js';

const REFUSED = 'ErrorMimeContentInvalidBase64String';
const READ = 'ErrorInvalidRecipients';

interface Encoding {
  assumption: string;
  fact: string;
  code: string;
  /** Of a message whose base64 has `+`, `/` and padding. */
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

/** Messages without recipients: how the refusal reads tells whether the body could be decoded. */
export const bodyEncoding: readonly Question[] = encodings.map((encoding, at) => ({
  id: `body-encoding.${at + 1}`,
  facts: [encoding.fact],
  topic: 'encoding of the body',
  assumption: encoding.assumption,
  needs: ['Mail.Send'],
  look: (target) => probe(target, encoding),
}));

async function probe(target: Target, { code, body, contentType }: Encoding): Promise<Finding> {
  let mime = target.mail('encoding', { To: '' }, '~~~>>>???');
  while (Buffer.byteLength(mime) % 3 !== 1) mime += '>';
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  const reply = await target.sendMail('', { body: body(Buffer.from(mime).toString('base64')), headers });
  return { held: reply.json?.error?.code === code, seen: answerInWords(reply) };
}
