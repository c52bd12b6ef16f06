import type { Reply } from './plain-http.js';
import { messagePath, type Target } from './target.js';

/** `$filter` for a Message-ID, encoded for a URL. */
export function byMessageId(messageId: string): string {
  return `$filter=${encodeURIComponent(`internetMessageId eq '${messageId.replaceAll("'", "''")}'`)}`;
}

/** `$filter` for a Message-ID in the message trace. */
export function byMessageTrace(messageId: string): string {
  return `$filter=${encodeURIComponent(`messageId eq '${messageId.replaceAll("'", "''")}'`)}`;
}

/** Repeats a request until `done` or until `patience` ms are over, as delivery takes time; resolves to the last answer. */
export async function until(
  target: Target,
  ask: () => Promise<Reply>,
  done: (reply: Reply) => boolean,
  patience = 30_000,
): Promise<Reply> {
  const end = target.elapsed() + patience;
  for (let wait = 50; ; wait = Math.min(2_000, 2 * wait)) {
    const reply = await ask();
    if (done(reply) || target.elapsed() + wait > end) return reply;
    await target.pause(wait);
  }
}

/** Searches a folder for a message until it is there. */
export function itemInFolder(target: Target, folder: string, messageId: string, select: string): Promise<Reply> {
  const path = `/mailFolders/${folder}/messages?${byMessageId(messageId)}&$select=${select}`;
  return until(
    target,
    () => target.graph('GET', path),
    ({ status, json }) => status !== 200 || json.value.length > 0,
  );
}

export function itemInSentItems(target: Target, messageId: string, select = 'internetMessageId'): Promise<Reply> {
  return itemInFolder(target, 'sentitems', messageId, select);
}

/** Requests a message until there is none with that id any more. */
export function goneItem(target: Target, id: string): Promise<Reply> {
  return until(
    target,
    () => target.graph('GET', `${messagePath(id)}?$select=isDraft`),
    ({ status }) => status === 404,
  );
}
