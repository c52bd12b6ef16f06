import { answerInWords } from '../common/exchange.js';
import { byMessageId } from '../common/folders.js';
import type { Question } from '../common/probe.js';
import { messagePath } from '../common/target.js';

const topic = 'a message without recipients';

export const noRecipients: readonly Question[] = [
  {
    id: 'no-recipients.1',
    facts: ['send-12', 'send-13'],
    topic,
    assumption: 'is answered with 400 ErrorInvalidRecipients to an application that may send',
    needs: ['Mail.Send'],
    look: async (target) => {
      const seen = answerInWords(await target.sendMail(target.mail('probe', { To: '' })));
      return { held: seen === '400 ErrorInvalidRecipients', seen };
    },
  },
  {
    id: 'no-recipients.2',
    facts: ['send-14'],
    topic,
    assumption: 'leaves no draft behind',
    needs: ['Mail.Send', 'Mail.ReadWrite'],
    look: async (target) => {
      const messageId = target.messageId();
      await target.sendMail(target.mail('probe', { To: '', 'Message-ID': messageId }));
      const { json } = await target.graph('GET', `/messages?${byMessageId(messageId)}&$select=id,isDraft`);
      const left: { id: string }[] = json?.value ?? [];
      for (const { id } of left) await target.graph('DELETE', messagePath(id));
      return { held: left.length === 0, seen: `${left.length} found, and deleted` };
    },
  },
];
