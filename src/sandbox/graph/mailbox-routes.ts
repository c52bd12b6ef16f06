import { RouteTable } from '../http/route-table.js';
import type { Exchange, MailboxOperation } from './common/exchange.js';
import {
  addAttachmentOperation,
  deleteAttachmentOperation,
  getAttachmentOperation,
  getAttachmentValueOperation,
  listAttachmentsOperation,
} from './operations/attachments.js';
import { createUploadSessionOperation } from './operations/create-upload-session.js';
import { createDraftOperation, createInFolderOperation, deleteMessageOperation } from './operations/drafts.js';
import { getFolderOperation, listFoldersOperation } from './operations/mail-folders.js';
import {
  countMessagesOperation,
  getMessageOperation,
  getMimeOperation,
  listMessagesOperation,
} from './operations/messages.js';
import { sendDraftOperation, sendMailOperation } from './operations/send-mail.js';
import { updateMessageOperation } from './operations/update-message.js';

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
