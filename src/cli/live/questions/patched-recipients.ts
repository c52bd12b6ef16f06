import { answerInWords } from '../common/exchange.js';
import { itemInSentItems } from '../common/folders.js';
import { ProbeFailure, type Question } from '../common/probe.js';
import { messagePath, type Target } from '../common/target.js';

const topic = 'recipients of a MIME draft that a PATCH changes';
const SIGNED = 'Content-Type: text/plain; charset=us-ascii\r\n\r\n  Two spaces,  and two more.  \r\n';

/** Drafts with one recipient in To, whom a PATCH moves to Bcc. */
export const patchedRecipients: readonly Question[] = [
  {
    id: 'patched-recipients.1',
    facts: ['draft-11'],
    topic,
    assumption: 'are those that the PATCH names, when the draft is read again',
    needs: ['Mail.ReadWrite'],
    look: async (target) => {
      const { path } = await patchedDraft(target, target.mail('patched'));
      const reply = await target.graph('GET', `${path}?$select=toRecipients,bccRecipients`);
      const [to, bcc] = [reply.json?.toRecipients, reply.json?.bccRecipients].map((all) => Number(all?.length));
      return { held: to === 0 && bcc === 1, seen: `${answerInWords(reply)}; To ${to}, Bcc ${bcc}` };
    },
  },
  {
    id: 'patched-recipients.2',
    facts: ['draft-11'],
    topic,
    assumption: 'get the mail: the copy in Sent Items has them',
    needs: ['Mail.Send', 'Mail.ReadWrite'],
    look: async (target) => {
      const { path, messageId } = await patchedDraft(target, target.mail('patched and sent'));
      const reply = await target.graph('POST', `${path}/send`);
      if (reply.status !== 202) return { held: false, seen: answerInWords(reply) };
      const sent = await itemInSentItems(target, messageId, 'toRecipients,bccRecipients');
      const { toRecipients, bccRecipients } = sent.json?.value?.[0] ?? {};
      const [to, bcc] = [toRecipients, bccRecipients].map((all) => Number(all?.length));
      return { held: to === 0 && bcc === 1, seen: `202; Sent Items: To ${to}, Bcc ${bcc}` };
    },
  },
  {
    id: 'patched-recipients.3',
    facts: ['draft-11'],
    topic,
    assumption: 'change nothing of what multipart/signed signs',
    needs: ['Mail.ReadWrite'],
    look: async (target) => {
      const type = 'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=signed';
      const signature = 'Content-Type: application/pgp-signature\r\n\r\nnot a signature\r\n';
      const body = `--signed\r\n${SIGNED}--signed\r\n${signature}--signed--\r\n`;
      const { path } = await patchedDraft(target, target.mail('patched and signed', { 'Content-Type': type }, body));
      const reply = await target.graph('GET', `${path}/$value`);
      const held = reply.status === 200 && reply.text.includes(SIGNED);
      return { held, seen: `${answerInWords(reply)}; its bytes are ${held ? 'there' : 'not there'}` };
    },
  },
];

async function patchedDraft(target: Target, mime: string): Promise<{ path: string; messageId: string }> {
  const { json } = await target.draft(mime);
  const path = messagePath(json.id);
  const bccRecipients = [{ emailAddress: { address: target.recipient } }];
  const reply = await target.graph('PATCH', path, { json: { toRecipients: [], bccRecipients } });
  if (reply.status !== 200) throw new ProbeFailure(`the draft was not changed: ${answerInWords(reply)}`);
  return { path, messageId: json.internetMessageId };
}
