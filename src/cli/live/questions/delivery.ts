import { answerInWords, ProbeFailure } from '../common/exchange.js';
import { byMessageId, byMessageTrace, goneItem, itemInFolder, itemInSentItems, until } from '../common/folders.js';
import type { Finding, Question } from '../common/probe.js';
import { messagePath, type Target } from '../common/target.js';

const deliveredTopic = 'the delivered message';
const DATE = 'Mon, 2 Nov 2026 10:00:00 +0000';
const UNSUBSCRIBE = '<https://contoso.example/unsubscribe>';
const SIGNED = 'Content-Type: text/plain; charset=us-ascii\r\n\r\n  Two spaces,  and two more.  \r\n';

const deliveredAssumptions: readonly (readonly [assumption: string, fact: string, held: (raw: string) => boolean])[] = [
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

/** Needs a mailbox that may send to itself, as no other can be read; one mail for all questions. */
export const delivered: readonly Question[] = deliveredAssumptions.map(([assumption, fact, held], at) => ({
  id: `delivered.${at + 1}`,
  facts: [fact],
  topic: deliveredTopic,
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
  const { to, mailbox } = target.settings;
  if (!to.some((address) => address.toLowerCase() === mailbox.toLowerCase())) return undefined;
  const raw = known.get(target) ?? sendToItself(target);
  known.set(target, raw);
  return raw;
}

async function sendToItself(target: Target): Promise<string> {
  const messageId = target.messageId();
  const headers = {
    To: target.settings.mailbox,
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

const secondSendTopic = 'a draft that is sent a second time';
const secondSendNeeds = ['Mail.Send', 'Mail.ReadWrite'] as const;
const IMMUTABLE = { prefer: 'IdType="ImmutableId"' };

export const secondSend: readonly Question[] = [
  {
    id: 'second-send.1',
    facts: ['draft-5'],
    topic: secondSendTopic,
    assumption: 'is not found (404 ErrorItemNotFound) under its classic id',
    needs: secondSendNeeds,
    look: async (target) => {
      const { path } = await sendDraft(target, {});
      await goneItem(target, decodeURIComponent(path.split('/').at(-1) ?? ''));
      const second = await sendAgain(target, path, {});
      return { held: second === '404 ErrorItemNotFound', seen: second };
    },
  },
  {
    id: 'second-send.2',
    facts: ['draft-6'],
    topic: secondSendTopic,
    assumption: 'is refused under its immutable id, as it is no draft any more',
    needs: secondSendNeeds,
    look: async (target): Promise<Finding> => {
      const { path } = await sendDraft(target, IMMUTABLE);
      await until(
        target,
        () => target.graph('GET', `${path}?$select=isDraft`, { headers: IMMUTABLE }),
        ({ json }) => json?.isDraft === false,
      );
      const second = await sendAgain(target, path, IMMUTABLE);
      return { held: second.startsWith('4'), seen: second };
    },
  },
  {
    id: 'second-send.3',
    facts: ['draft-5'],
    topic: secondSendTopic,
    assumption: 'at once, while the first may still be under way, is one message all the same',
    needs: secondSendNeeds,
    look: async (target) => {
      const { path, messageId } = await sendDraft(target, {});
      const second = await sendAgain(target, path, {});
      await itemInSentItems(target, messageId);
      await target.settle();
      const { json } = await target.graph(
        'GET',
        `/mailFolders/sentitems/messages?${byMessageId(messageId)}&$select=internetMessageId`,
      );
      const copies: unknown = json?.value?.length;
      const number = typeof copies === 'number' ? copies : 'an unknown number of';
      return { held: copies === 1, seen: `${second}; ${number} in Sent Items` };
    },
  },
];

async function sendDraft(
  target: Target,
  headers: Record<string, string>,
): Promise<{ path: string; messageId: string }> {
  const { json } = await target.draft(target.mail('second send'), { headers });
  const path = messagePath(json.id);
  const reply = await target.graph('POST', `${path}/send`, { headers });
  if (reply.status !== 202) throw new ProbeFailure(`the draft was not sent: ${answerInWords(reply)}`);
  return { path, messageId: json.internetMessageId };
}

async function sendAgain(target: Target, path: string, headers: Record<string, string>): Promise<string> {
  return answerInWords(await target.graph('POST', `${path}/send`, { headers }));
}

const STATUSES = [
  'gettingStatus',
  'pending',
  'failed',
  'delivered',
  'expanded',
  'quarantined',
  'filteredAsSpam',
  'recalled',
];
/** A small part of the tenant's 100 requests in five minutes. (fact trace-2) */
const MOST_LOOKS = 5;

/**
 * How soon the message trace lists what was sent, without waiting: some of the run's own messages are searched for, from
 * the first to the last, each by its Message-ID, so that no other mail is shown. (facts trace-1, trace-3)
 */
export const messageTrace: readonly Question[] = [
  {
    id: 'message-trace.1',
    facts: ['trace-1', 'trace-2', 'trace-3'],
    topic: 'the message trace',
    assumption: 'lists the first message of the run by the end of the run',
    needs: ['Mail.Send'],
    look: async (target) => {
      if (!target.settings.trace)
        return 'needs an application that may read it: GRAPH_MAIL_TRACE_CLIENT_ID and the like';
      const last = target.sent.length - 1;
      const some = Array.from({ length: MOST_LOOKS }, (_, at) => Math.round((last * at) / (MOST_LOOKS - 1)));
      const chosen = [...new Set(some)].flatMap((at) => target.sent[at] ?? []);
      if (chosen.length === 0) return 'nothing was sent before';
      const token = await traceToken(target, target.settings.trace);
      const seen: { age: number; status: string | undefined }[] = [];
      for (const { messageId, at } of chosen) {
        const reply = await target.request(
          `/v1.0/admin/exchange/tracing/messageTraces?${byMessageTrace(messageId)}&$top=10`,
          { headers: { authorization: `Bearer ${token}` } },
        );
        if (reply.status !== 200) return `the trace answered ${answerInWords(reply)}`;
        const [entry] = Array.isArray(reply.json?.value) ? reply.json.value : [];
        const known = STATUSES.find((one) => one === entry?.status) ?? 'another status';
        seen.push({ age: Math.round((target.elapsed() - at) / 1000), status: entry && known });
      }
      const words = seen.map(({ age, status }) => `${age} s after it was sent: ${status ?? 'not listed'}`);
      return { held: seen[0]?.status !== undefined, seen: words.join('; ') };
    },
  },
];

async function traceToken(target: Target, { clientId, certificate }: { clientId: string; certificate: string }) {
  const client_assertion = target.assertion({ clientId, certificate });
  const reply = await target.token({ client_id: clientId, client_assertion });
  if (typeof reply.json?.access_token === 'string') return reply.json.access_token;
  throw new ProbeFailure(`no access token for the trace: ${answerInWords(reply)}`);
}
