import { answerInWords, ProbeFailure } from '../common/exchange.js';
import { byMessageId, itemInSentItems } from '../common/folders.js';
import type { Finding, Question } from '../common/probe.js';
import { messagePath, type Target } from '../common/target.js';

/** The From is one of the addresses that mail may go to, and the mail goes there as well. */
export const sender: readonly Question[] = [
  {
    id: 'sender.1',
    facts: ['from-1'],
    topic: 'From that is not the mailbox',
    assumption: 'is refused with 403 ErrorSendAsDenied',
    needs: ['Mail.Send'],
    look: (target) => probeSender(target),
  },
];

async function probeSender(target: Target): Promise<Finding | string> {
  const { to, mailbox } = target.settings;
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

const noRecipientsTopic = 'a message without recipients';

export const noRecipients: readonly Question[] = [
  {
    id: 'no-recipients.1',
    facts: ['send-12', 'send-13'],
    topic: noRecipientsTopic,
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
    topic: noRecipientsTopic,
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

const emptyGroupTopic = 'an empty group in To';

/** `undisclosed-recipients:;` beside a Bcc; alone it is refused, which is a case of the contract. */
export const emptyGroup: readonly Question[] = [
  {
    id: 'empty-group.1',
    facts: ['send-15'],
    topic: emptyGroupTopic,
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
    topic: emptyGroupTopic,
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

const patchedTopic = 'recipients of a MIME draft that a PATCH changes';
const SIGNED = 'Content-Type: text/plain; charset=us-ascii\r\n\r\n  Two spaces,  and two more.  \r\n';

/** Drafts with one recipient in To, which a PATCH moves to Bcc. */
export const patchedRecipients: readonly Question[] = [
  {
    id: 'patched-recipients.1',
    facts: ['draft-11'],
    topic: patchedTopic,
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
    topic: patchedTopic,
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
    topic: patchedTopic,
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
