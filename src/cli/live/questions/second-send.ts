import { answerInWords } from '../common/exchange.js';
import { byMessageId, goneItem, itemInSentItems, until } from '../common/folders.js';
import { type Finding, ProbeFailure, type Question } from '../common/probe.js';
import { messagePath, type Target } from '../common/target.js';

const topic = 'a draft that is sent a second time';
const needs = ['Mail.Send', 'Mail.ReadWrite'] as const;
const IMMUTABLE = { prefer: 'IdType="ImmutableId"' };

export const secondSend: readonly Question[] = [
  {
    id: 'second-send.1',
    facts: ['draft-5'],
    topic,
    assumption: 'is not found (404 ErrorItemNotFound) under its classic id',
    needs,
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
    topic,
    assumption: 'is refused under its immutable id, as it is no draft any more',
    needs,
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
    topic,
    assumption: 'at once, while the first may still be under way, is one message all the same',
    needs,
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
