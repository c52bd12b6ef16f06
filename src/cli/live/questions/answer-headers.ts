import type { Question } from '../common/probe.js';

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
