import { counted } from '../../../bulk/common/words.js';
import { answerInWords } from '../common/exchange.js';
import type { Finding, Question } from '../common/probe.js';
import type { Target } from '../common/target.js';

const topic = 'how long a token serves';
const HOUR = 3_600;

export const tokenLifetime: readonly Question[] = [
  {
    id: 'token-lifetime.1',
    facts: ['token-1'],
    topic,
    assumption: '60 to 90 minutes where the client declares nothing',
    look: (target) => lifetime(target, {}, 1.5 * HOUR),
  },
  {
    id: 'token-lifetime.2',
    facts: ['token-2'],
    topic,
    assumption: 'an hour to 24 hours where the client declares cp1',
    look: (target) => lifetime(target, { claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}' }, 24 * HOUR),
  },
];

/** With a minute on both sides, as clients are told a second less than the hour, or somewhat more. */
async function lifetime(target: Target, form: Record<string, string>, longest: number): Promise<Finding> {
  const reply = await target.token(form);
  const seconds: unknown = reply.json?.expires_in;
  if (typeof seconds !== 'number') return { held: false, seen: answerInWords(reply) };
  const held = seconds >= HOUR - 60 && seconds <= longest + 60;
  return { held, seen: `${answerInWords(reply)}; ${counted(Math.round(seconds / 60), 'minute')}` };
}
