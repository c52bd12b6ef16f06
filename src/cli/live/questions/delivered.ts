import { answerInWords } from '../common/exchange.js';
import { itemInFolder } from '../common/folders.js';
import { type Finding, ProbeFailure, type Question } from '../common/probe.js';
import { messagePath, type Target } from '../common/target.js';

const topic = 'the delivered message';
const DATE = 'Mon, 2 Nov 2026 10:00:00 +0000';
const UNSUBSCRIBE = '<https://contoso.example/unsubscribe>';
const SIGNED = 'Content-Type: text/plain; charset=us-ascii\r\n\r\n  Two spaces,  and two more.  \r\n';

const questions: readonly (readonly [assumption: string, fact: string, held: (raw: string) => boolean])[] = [
  [
    'keeps the Date of the upload',
    'header-2',
    (raw) => new RegExp(`^Date: ${DATE.replace('+', '\\+')}`, 'm').test(raw),
  ],
  ['keeps List-Unsubscribe', 'header-4', (raw) => raw.includes(UNSUBSCRIBE)],
  [
    'keeps what multipart/signed signs, byte for byte',
    'header-5',
    (raw) => raw.includes(`\r\n--signed\r\n${SIGNED}--signed`),
  ],
];

/** Needs a mailbox that may write to itself, as no other can be read; one mail for all. */
export const delivered: readonly Question[] = questions.map(([assumption, fact, held], at) => ({
  id: `delivered.${at + 1}`,
  facts: [fact],
  topic,
  assumption,
  needs: ['Mail.Send', 'Mail.Read'],
  look: async (target): Promise<Finding | string> => {
    const raw = await received(target);
    if (raw === undefined) return 'the mailbox itself is not among the recipients';
    return {
      held: held(raw),
      seen: held(raw) ? 'it is in the copy of the Inbox' : 'it is not in the copy of the Inbox',
    };
  },
}));

const known = new WeakMap<Target, Promise<string>>();

async function received(target: Target): Promise<string | undefined> {
  const { to, mailbox } = target.place;
  if (!to.some((address) => address.toLowerCase() === mailbox.toLowerCase())) return undefined;
  const raw = known.get(target) ?? sendToItself(target);
  known.set(target, raw);
  return raw;
}

async function sendToItself(target: Target): Promise<string> {
  const messageId = target.messageId();
  const headers = {
    To: target.place.mailbox,
    'Message-ID': messageId,
    Date: DATE,
    'List-Unsubscribe': UNSUBSCRIBE,
    'Content-Type': 'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=signed',
  };
  const signature = 'Content-Type: application/pgp-signature\r\n\r\nnot a signature\r\n';
  const body = `--signed\r\n${SIGNED}--signed\r\n${signature}--signed--\r\n`;
  const reply = await target.sendMail(target.mail('to itself', headers, body));
  if (reply.status !== 202) throw new ProbeFailure(`not sent: ${answerInWords(reply)}`);
  const found = await itemInFolder(target, 'inbox', messageId, 'id');
  const id = found.json?.value?.[0]?.id;
  if (id === undefined) throw new ProbeFailure('it did not arrive in the Inbox in time');
  return (await target.graph('GET', `${messagePath(id)}/$value`)).text;
}
