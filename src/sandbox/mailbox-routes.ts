import { addAttachmentOperation } from './drafts/add-attachment.js';
import { createDraftOperation } from './drafts/create-draft.js';
import { createInFolderOperation } from './drafts/create-in-folder.js';
import { deleteAttachmentOperation } from './drafts/delete-attachment.js';
import { deleteMessageOperation } from './drafts/delete-message.js';
import { sendDraftOperation } from './drafts/send-draft.js';
import { updateMessageOperation } from './drafts/update-message.js';
import type { Exchange } from './exchange/exchange.js';
import type { MailboxOperation } from './exchange/graph-service.js';
import { RouteTable } from './exchange/route-table.js';
import { sendMailOperation } from './exchange/send-mail.js';
import { getAttachmentOperation, getAttachmentValueOperation } from './lookups/get-attachment.js';
import { getMessageOperation, getMimeOperation } from './lookups/get-message.js';
import { listAttachmentsOperation } from './lookups/list-attachments.js';
import { countMessagesOperation, listMessagesOperation } from './lookups/list-messages.js';
import { getFolderOperation, listFoldersOperation } from './lookups/mail-folders.js';
import { createUploadSessionOperation } from './uploads/create-upload-session.js';

/** Everything that can be done with a mailbox. */
export function mailboxRoutes(exchange: Exchange): RouteTable<MailboxOperation> {
  const user = '/v1.0/users/{user}';
  const message = `${user}/messages/{id}`;
  const attachment = `${message}/attachments/{attachment}`;
  const folders = `${user}/mailFolders`;
  const inFolder = `${folders}/{folder}/messages`;
  return new RouteTable<MailboxOperation>()
    .add('POST', `${user}/sendMail`, sendMailOperation(exchange))
    .add('POST', `${user}/messages`, createDraftOperation(exchange))
    .add('GET', `${user}/messages`, listMessagesOperation(exchange))
    .add('GET', `${user}/messages/$count`, countMessagesOperation(exchange))
    .add('GET', message, getMessageOperation(exchange))
    .add('PATCH', message, updateMessageOperation(exchange))
    .add('DELETE', message, deleteMessageOperation(exchange))
    .add('GET', `${message}/$value`, getMimeOperation(exchange))
    .add('POST', `${message}/send`, sendDraftOperation(exchange))
    .add('POST', `${message}/attachments`, addAttachmentOperation(exchange))
    .add('GET', `${message}/attachments`, listAttachmentsOperation(exchange))
    .add('POST', `${message}/attachments/createUploadSession`, createUploadSessionOperation(exchange))
    .add('GET', attachment, getAttachmentOperation(exchange))
    .add('GET', `${attachment}/$value`, getAttachmentValueOperation(exchange))
    .add('DELETE', attachment, deleteAttachmentOperation(exchange))
    .add('GET', folders, listFoldersOperation(exchange))
    .add('GET', `${folders}/{folder}`, getFolderOperation(exchange))
    .add('GET', `${inFolder}/$count`, countMessagesOperation(exchange))
    .add('GET', inFolder, listMessagesOperation(exchange))
    .add('POST', inFolder, createInFolderOperation);
}
