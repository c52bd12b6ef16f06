import { counted } from '../../bulk/common/words.js';
import type { Permission } from './common/probe.js';
import { messagePath, type Target } from './common/target.js';

/** What a run leaves behind. */
export interface Leftovers {
  /** Messages of the run that were deleted, from Deleted Items too: Exchange keeps them among the recoverable items. */
  deleted: number;
  /** What could not be deleted or searched for, as sentences. */
  stays: string[];
}

/** More than any run creates; a mailbox with more mail is not searched to its end. */
const MOST_PAGES = 20;

/** Deletes what the run created, as far as the application may: drafts, copies in Sent Items, mail in the Inbox. */
export async function cleanUp(target: Target, permissions: ReadonlySet<Permission>, since: Date): Promise<Leftovers> {
  const stays: string[] = [];
  const drafts = await target.deleteDrafts();
  if (drafts > 0) stays.push(`${drafts} drafts could not be deleted.`);
  let deleted = 0;
  if (target.mails > 0 && !permissions.has('Mail.ReadWrite')) {
    stays.push("The copies in the sender's Sent Items, and what came to its Inbox: deleting needs Mail.ReadWrite.");
  } else if (permissions.has('Mail.ReadWrite')) {
    await target.settle().catch(() => {});
    // A deleted message moves to Deleted Items, and is deleted there a second time.
    for (const [folder, name] of [
      ['sentitems', 'Sent Items'],
      ['inbox', 'the Inbox'],
      ['deleteditems', 'Deleted Items'],
    ] as const) {
      const { gone, left, searched } = await emptyFolder(target, folder, since).catch(() => NOT_SEARCHED);
      if (folder === 'deleteditems') deleted = gone;
      if (left > 0) stays.push(`${counted(left, 'message')} in ${name} could not be deleted.`);
      if (!searched) stays.push(`Whatever is in ${name}: it could not be searched to its end.`);
    }
  }
  const others = target.settings.to.map((address) => target.roleOf(address)).filter((role) => role !== 'sender');
  if (target.mails > 0 && others.length > 0) {
    stays.push(`What arrived at ${[...new Set(others)].join(', ')}: nobody but they can delete it.`);
  }
  return { deleted, stays };
}

const NOT_SEARCHED = { gone: 0, left: 0, searched: false };

async function emptyFolder(target: Target, folder: string, since: Date): Promise<typeof NOT_SEARCHED> {
  const time = `${since.toISOString().slice(0, 19)}Z`;
  const filter = `$filter=${encodeURIComponent(`receivedDateTime ge ${time}`)}`;
  let path: string | undefined = `/mailFolders/${folder}/messages?${filter}&$select=id,subject&$top=100`;
  const ids: string[] = [];
  for (let page = 1; path !== undefined; page += 1) {
    if (page > MOST_PAGES) return { ...(await deleteAll(target, ids)), searched: false };
    const { status, json } = await target.graph('GET', path);
    if (status !== 200 || !Array.isArray(json?.value)) return { ...(await deleteAll(target, ids)), searched: false };
    // Other mail of the sender is neither kept nor shown.
    for (const { id, subject } of json.value) if (String(subject).includes(target.subjectMark)) ids.push(id);
    path = nextPath(json['@odata.nextLink'], target);
  }
  return { ...(await deleteAll(target, ids)), searched: true };
}

/** The part of the next link behind the mailbox; a link to another server is not followed. */
function nextPath(link: unknown, target: Target): string | undefined {
  if (typeof link !== 'string' || !URL.canParse(link)) return undefined;
  const { origin, pathname, search } = new URL(link);
  const inMailbox = /^\/v1\.0\/users(?:\/[^/]+|\('[^/]*'\))(\/mailFolders.*)$/i.exec(pathname)?.[1];
  return origin === target.settings.graphHost && inMailbox !== undefined ? inMailbox + search : undefined;
}

async function deleteAll(target: Target, ids: readonly string[]): Promise<{ gone: number; left: number }> {
  let gone = 0;
  for (const id of ids) {
    const { status } = await target.graph('DELETE', messagePath(id)).catch(() => ({ status: 0 }));
    if (status === 204 || status === 404) gone += 1;
  }
  return { gone, left: ids.length - gone };
}
