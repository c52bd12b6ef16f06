import { goneItem, until } from '../folders.js';
import type { Finding, Question } from '../question.js';
import { messagePath, type Target } from '../target.js';

const IMMUTABLE = { prefer: 'IdType="ImmutableId"' };

export const secondSend: readonly Question[] = [
  {
    topic: 'a draft that is sent a second time',
    assumption: 'is not found (404 ErrorItemNotFound) under its classic id',
    needs: ['Mail.Send', 'Mail.ReadWrite'],
    look: async (target) => {
      const path = await sendDraft(target, {});
      await goneItem(target, decodeURIComponent(path.split('/').at(-1) ?? ''));
      const second = await sendAgain(target, path, {});
      return { held: second === '404 ErrorItemNotFound', seen: second };
    },
  },
  {
    topic: 'a draft that is sent a second time',
    assumption: 'is refused under its immutable id, as it is no draft any more',
    needs: ['Mail.Send', 'Mail.ReadWrite'],
    look: async (target): Promise<Finding> => {
      const path = await sendDraft(target, IMMUTABLE);
      await until(
        () => target.graph('GET', `${path}?$select=isDraft`, { headers: IMMUTABLE }),
        ({ json }) => json?.isDraft === false,
      );
      const second = await sendAgain(target, path, IMMUTABLE);
      return { held: second.startsWith('4'), seen: second };
    },
  },
];

async function sendDraft(target: Target, headers: Record<string, string>): Promise<string> {
  const { json } = await target.draft(target.mail('second send'), { headers });
  const path = messagePath(json.id);
  const { status, text } = await target.graph('POST', `${path}/send`, { headers });
  if (status !== 202) throw new Error(`the draft was not sent: ${status} ${text}`);
  return path;
}

async function sendAgain(target: Target, path: string, headers: Record<string, string>): Promise<string> {
  const { status, json } = await target.graph('POST', `${path}/send`, { headers });
  return `${status} ${json?.error?.code ?? ''}`.trim();
}
