import { createHash } from 'node:crypto';
import { type Denial, denial } from '../../http/graph-errors.js';
import { FOLDER_NAMES, type FolderName } from '../../model/item.js';
import type { Mailbox } from '../../model/mailbox.js';

/** The folder that a path names: by its id, or by its well-known name in any letter case. */
export function requireFolder(mailbox: Mailbox, name: string): FolderName | Denial {
  const found = FOLDER_NAMES.find(
    (folder) => folder.toLowerCase() === name.toLowerCase() || folderId(mailbox, folder) === name,
  );
  const known = 'inbox, drafts, sentitems, deleteditems and outbox';
  return found ?? denial(404, 'ErrorItemNotFound', `The sandbox has no folder '${name}', but ${known}.`);
}

/** Folders have an id that stays; `root` is that of the folder above them. */
export function folderId(mailbox: Mailbox, folder: FolderName | 'root'): string {
  const digest = createHash('sha384').update(`${mailbox.id} ${folder}`).digest('base64url');
  return `AQMk${digest}=`;
}
