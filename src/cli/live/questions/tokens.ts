import { counted } from '../../../bulk/common/words.js';
import { answerInWords } from '../common/exchange.js';
import type { Finding, Question } from '../common/probe.js';
import type { Target } from '../common/target.js';

const lifetimeTopic = 'how long a token serves';
const HOUR = 3_600;

export const tokenLifetime: readonly Question[] = [
  {
    id: 'token-lifetime.1',
    facts: ['token-1'],
    topic: lifetimeTopic,
    assumption: '60 to 90 minutes where the client declares nothing',
    look: (target) => lifetime(target, {}, 1.5 * HOUR),
  },
  {
    id: 'token-lifetime.2',
    facts: ['token-2'],
    topic: lifetimeTopic,
    assumption: 'an hour to 24 hours where the client declares cp1',
    look: (target) => lifetime(target, { claims: '{"access_token":{"xms_cc":{"values":["cp1"]}}}' }, 24 * HOUR),
  },
];

/** With a tolerance of a minute, as `expires_in` may be a second less than the hour, or somewhat more. */
async function lifetime(target: Target, form: Record<string, string>, longest: number): Promise<Finding> {
  const reply = await target.token(form);
  const seconds: unknown = reply.json?.expires_in;
  if (typeof seconds !== 'number') return { held: false, seen: answerInWords(reply) };
  const held = seconds >= HOUR - 60 && seconds <= longest + 60;
  return { held, seen: `${answerInWords(reply)}; ${counted(Math.round(seconds / 60), 'minute')}` };
}

const SENDS = '400 ErrorInvalidRecipients';
/** Milliseconds between two attempts, and for all of them, until a new token lacks the role. */
const PAUSE = 15_000;
const PATIENCE = 180_000;

/** What happens to tokens when an administrator removes a role; tried with messages without recipients. */
export const roleRemoval: readonly Question[] = [
  {
    id: 'role-removal.1',
    facts: ['token-3'],
    topic: 'a role that is taken away',
    assumption: 'stays in the tokens of before, which go on sending, while new ones lack it',
    needs: ['Mail.Send'],
    look: async (target) => {
      const { waitForRemoval } = target.settings;
      if (!waitForRemoval) return 'needs a person who takes the role away meanwhile: add --remove-role';
      const old = await target.accessToken();
      const before = await trySending(target, old);
      if (before !== SENDS) return `the role did not let it send before: ${before}`;
      if (!(await waitForRemoval(target.signal))) return 'nobody took the role away';
      const start = target.elapsed();
      for (;;) {
        const reply = await target.token();
        const fresh = typeof reply.json?.access_token === 'string' ? reply.json.access_token : undefined;
        const now = fresh === undefined ? `no token, ${answerInWords(reply)}` : await trySending(target, fresh);
        const seconds = Math.round((target.elapsed() - start) / 1000);
        if (now !== SENDS || target.elapsed() + PAUSE - start > PATIENCE) {
          const then = await trySending(target, old);
          const seen = `${seconds} s after it was taken away: a new token, ${now}; one of before, ${then}`;
          return { held: now !== SENDS && then === SENDS, seen };
        }
        await target.pause(PAUSE);
      }
    },
  },
];

async function trySending(target: Target, token: string): Promise<string> {
  return answerInWords(await target.sendMail(target.mail('role', { To: '' }), { token }));
}
