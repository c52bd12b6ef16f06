import type { Question } from '../question.js';

const WANTED = ['cache-control', 'client-request-id', 'content-length', 'content-type', 'date', 'request-id'];

export const answerHeaders: readonly Question[] = [
  {
    topic: 'headers of 202',
    assumption: `are at least ${WANTED.join(', ')}`,
    needs: ['Mail.Send'],
    look: async (target) => {
      const { status, headers } = await target.sendMail(target.mail('headers'));
      const names = Object.keys(headers).sort();
      const held = status === 202 && WANTED.every((name) => names.includes(name));
      return { held, seen: `${status} with ${names.join(', ')}` };
    },
  },
];
