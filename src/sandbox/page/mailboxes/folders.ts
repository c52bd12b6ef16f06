import type { Folder } from '../api/types.js';

export const FOLDERS: readonly Folder[] = ['drafts', 'sentItems', 'inbox', 'deletedItems'];

export const FOLDER_NAMES: Readonly<Record<Folder, string>> = {
  drafts: 'Drafts',
  sentItems: 'Sent Items',
  inbox: 'Inbox',
  deletedItems: 'Deleted Items',
};

export function isFolder(name: string | undefined): name is Folder {
  return FOLDERS.some((folder) => folder === name);
}
