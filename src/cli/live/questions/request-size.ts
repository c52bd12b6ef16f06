import { answerInWords } from '../common/exchange.js';
import type { Finding, Question } from '../common/probe.js';
import type { Target } from '../common/target.js';

const sizes: readonly (readonly [bytes: number, taken: boolean])[] = [
  [3_999_999, true],
  [4_000_000, true],
  [4_000_001, true],
  [4_194_303, true],
  [4_194_304, true],
  [4_194_305, false],
];

/** Bodies of exactly so many bytes; they name no recipient, so that nothing can be sent. */
export const requestSize: readonly Question[] = sizes.map(([bytes, taken], at) => ({
  id: `request-size.${at + 1}`,
  facts: ['size-2'],
  topic: 'limit of the request',
  assumption: `a body of ${bytes} bytes is ${taken ? 'read' : 'refused with 413'}`,
  needs: ['Mail.Send'],
  look: (target) => probe(target, bytes, taken),
}));

async function probe(target: Target, bytes: number, taken: boolean): Promise<Finding> {
  const start = target.mail('size', { To: '' });
  const mime = start.padEnd(Math.floor(bytes / 4) * 3, 'x');
  // Base64 comes in fours; white space makes up the rest.
  const body = Buffer.from(mime).toString('base64').padEnd(bytes, '\n');
  const reply = await target.sendMail('', { body });
  const held = taken ? reply.json?.error?.code === 'ErrorInvalidRecipients' : reply.status === 413;
  return { held, seen: answerInWords(reply) };
}
