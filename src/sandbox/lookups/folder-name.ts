import { createHash } from 'node:crypto';
import type { FolderName } from '../exchange/item.js';
import type { Mailbox } from '../exchange/mailbox.js';

const FOLDERS: readonly FolderName[] = ['drafts', 'outbox', 'sentItems', 'inbox'];

/** The folder that a path names: by its id, or by its well-known name in any letter case. */
export function findFolder(mailbox: Mailbox, name: string): FolderName | undefined {
  return FOLDERS.find((folder) => folder.toLowerCase() === name.toLowerCase() || folderId(mailbox, folder) === name);
}

/** Folders have an id that stays. */
export function folderId(mailbox: Mailbox, folder: FolderName): string {
  const digest = createHash('sha384').update(`${mailbox.id} ${folder}`).digest('base64url');
  return `AQMk${digest}=`;
}
