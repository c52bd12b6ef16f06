import { itemInSentItems } from '../folders.js';
import type { Finding, Question } from '../question.js';
import type { Target } from '../target.js';

/** The From is one of the addresses that mail may go to, and the mail goes there as well. */
export const sender: readonly Question[] = [
  {
    topic: 'From that is not the mailbox',
    assumption: 'is refused with 403 ErrorSendAsDenied',
    needs: ['Mail.Send'],
    look: (target) => probe(target),
  },
];

async function probe(target: Target): Promise<Finding | string> {
  const { to, mailbox } = target.place;
  const other = to.find((address) => address.toLowerCase() !== mailbox.toLowerCase());
  if (other === undefined) return 'GRAPH_LIVE_TO has no address other than the mailbox';
  const messageId = target.messageId();
  const { status, json } = await target.sendMail(
    target.mail('other From', { From: other, To: other, 'Message-ID': messageId }),
  );
  const code = json?.error?.code;
  if (status !== 202) return { held: status === 403 && code === 'ErrorSendAsDenied', seen: `${status} ${code}` };
  const sent = await itemInSentItems(target, messageId, 'from');
  const from = sent.json?.value?.[0]?.from?.emailAddress?.address;
  return { held: false, seen: `202; From in Sent Items: ${from ?? 'could not be read'}` };
}
