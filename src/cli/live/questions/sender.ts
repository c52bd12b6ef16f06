import { answerInWords } from '../common/exchange.js';
import { itemInSentItems } from '../common/folders.js';
import type { Finding, Question } from '../common/probe.js';
import type { Target } from '../common/target.js';

/** The From is one of the addresses that mail may go to, and the mail goes there as well. */
export const sender: readonly Question[] = [
  {
    id: 'sender.1',
    facts: ['from-1'],
    topic: 'From that is not the mailbox',
    assumption: 'is refused with 403 ErrorSendAsDenied',
    needs: ['Mail.Send'],
    look: (target) => probe(target),
  },
];

async function probe(target: Target): Promise<Finding | string> {
  const { to, mailbox } = target.place;
  const other = to.find((address) => address.toLowerCase() !== mailbox.toLowerCase());
  if (other === undefined) return 'the recipients have no address other than the mailbox';
  const messageId = target.messageId();
  const headers = { From: other, To: other, 'Message-ID': messageId };
  const answer = answerInWords(await target.sendMail(target.mail('other From', headers)));
  if (!answer.startsWith('202')) return { held: answer === '403 ErrorSendAsDenied', seen: answer };
  const sent = await itemInSentItems(target, messageId, 'from');
  const from = sent.json?.value?.[0]?.from?.emailAddress?.address;
  const whose = typeof from === 'string' ? target.roleOf(from) : 'could not be read';
  return { held: false, seen: `202; From in Sent Items: ${whose}` };
}
