import { type Answer, jsonAnswer } from '../../http/answer.js';
import { denied, isDenial } from '../../http/graph-errors.js';
import { FOLDER_NAMES, type FolderName } from '../../model/item.js';
import { applyFault } from '../common/apply-fault.js';
import {
  type Exchange,
  type MailboxCall,
  type MailboxOperation,
  odataContext,
  READ_BASIC_ROLES,
} from '../common/exchange.js';
import { folderId, requireFolder } from '../odata/folder-name.js';
import { page, readQuery } from '../odata/query-options.js';

const DISPLAY_NAMES: Readonly<Record<FolderName, string>> = {
  inbox: 'Inbox',
  drafts: 'Drafts',
  sentItems: 'Sent Items',
  deletedItems: 'Deleted Items',
  outbox: 'Outbox',
};

const PROPERTIES: readonly string[] = [
  'id',
  'displayName',
  'parentFolderId',
  'childFolderCount',
  'unreadItemCount',
  'totalItemCount',
  'sizeInBytes',
  'isHidden',
];

/** `GET /users/{id}/mailFolders` (Graph documentation, "List mailFolders"). */
export function listFoldersOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_BASIC_ROLES, answer: (request) => listFolders(request, exchange) };
}

/** `GET /users/{id}/mailFolders/{id}` (Graph documentation, "Get mailFolder"). */
export function getFolderOperation(exchange: Exchange): MailboxOperation {
  return { roles: READ_BASIC_ROLES, answer: (request) => getFolder(request, exchange) };
}

async function listFolders(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const { call, mailbox } = request;
  const query = readQuery(call.path.query, ['$select', '$top', '$skip', '$count'], PROPERTIES);
  if (isDenial(query)) return denied(query);
  const { entries, around } = page(FOLDER_NAMES, query, call);
  return applyFault('lookup', request, exchange, [], () => {
    const value = entries.map((folder) => folderResource(request, exchange, folder, query.properties));
    return jsonAnswer(200, around(odataContext(call, mailbox, 'mailFolders'), value));
  });
}

async function getFolder(request: MailboxCall, exchange: Exchange): Promise<Answer> {
  const { call, mailbox, parameters } = request;
  const folder = requireFolder(mailbox, parameters.folder ?? '');
  if (typeof folder !== 'string') return denied(folder);
  const query = readQuery(call.path.query, ['$select'], PROPERTIES);
  if (isDenial(query)) return denied(query);
  return applyFault('lookup', request, exchange, [], () => {
    const context = odataContext(call, mailbox, 'mailFolders/$entity');
    const resource = folderResource(request, exchange, folder, query.properties);
    return jsonAnswer(200, { '@odata.context': context, ...resource });
  });
}

function folderResource(
  { mailbox }: MailboxCall,
  { store }: Exchange,
  folder: FolderName,
  properties: readonly string[] | undefined,
): Record<string, unknown> {
  const items = store.items(mailbox, folder);
  const resource: Record<string, unknown> = {
    id: folderId(mailbox, folder),
    displayName: DISPLAY_NAMES[folder],
    parentFolderId: folderId(mailbox, 'root'),
    childFolderCount: 0,
    unreadItemCount: items.filter(({ read }) => !read).length,
    totalItemCount: items.length,
    sizeInBytes: items.reduce((sum, { message }) => sum + message.size, 0),
    isHidden: false,
  };
  const chosen = Object.entries(resource).filter(([name]) => name === 'id' || (properties?.includes(name) ?? true));
  return Object.fromEntries(chosen);
}
