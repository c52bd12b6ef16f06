import { answerInWords } from '../common/exchange.js';
import type { Question } from '../common/probe.js';
import type { Target } from '../common/target.js';

const topic = 'an empty group in To';

/** The header that hides everybody, beside a Bcc; alone it is refused, which the contract has. */
export const emptyGroup: readonly Question[] = [
  {
    id: 'empty-group.1',
    facts: ['send-15'],
    topic,
    assumption: 'is taken beside a Bcc',
    needs: ['Mail.Send'],
    look: async (target) => {
      const seen = answerInWords(await target.sendMail(hidden(target)));
      return { held: seen === '202', seen };
    },
  },
  {
    id: 'empty-group.2',
    facts: ['send-15'],
    topic,
    assumption: 'makes a draft with nobody in To and one in Bcc',
    needs: ['Mail.ReadWrite'],
    look: async (target) => {
      const reply = await target.draft(hidden(target));
      const [to, bcc] = [reply.json?.toRecipients, reply.json?.bccRecipients].map((all) => Number(all?.length));
      return { held: to === 0 && bcc === 1, seen: `${answerInWords(reply)}; To ${to}, Bcc ${bcc}` };
    },
  },
];

function hidden(target: Target): string {
  return target.mail('empty group', { To: 'undisclosed-recipients:;', Bcc: target.recipient });
}
