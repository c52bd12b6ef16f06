import { type FieldChange, withBody, withFields } from '../../mail/edit-header.js';
import { headerAddresses, headerText, writePart } from '../../mail/mime-writer.js';
import type { JsonMessage } from './json-message.js';

/** MIME with what `content` names in place of what was there; attachments are not its business. (fact header-2) */
export function writeContent(mime: Buffer, content: JsonMessage, self: string): Buffer {
  const edited = withFields(mime, fieldChanges(content, self));
  const { body } = content;
  if (!body) return edited;
  const contentType = `text/${body.html ? 'html' : 'plain'}; charset=utf-8`;
  return withBody(edited, writePart({ contentType, content: Buffer.from(body.content) }));
}

/** `self` is the address that is to get receipts. */
function fieldChanges(content: JsonMessage, self: string): FieldChange[] {
  const changes: FieldChange[] = [];
  const list = (name: string, addresses: JsonMessage['to']): void => {
    if (addresses) changes.push([name, addresses.length > 0 ? headerAddresses(addresses) : undefined]);
  };
  const receipt = (name: string, wanted: boolean | undefined): void => {
    if (wanted !== undefined) changes.push([name, wanted ? `<${self}>` : undefined]);
  };
  const { from, sender, subject, importance, internetMessageId } = content;
  list('From', from && [from]);
  // The mailbox itself needs no Sender beside its From.
  if (sender) list('Sender', from?.address.toLowerCase() === sender.address.toLowerCase() ? [] : [sender]);
  list('To', content.to);
  list('Cc', content.cc);
  list('Bcc', content.bcc);
  list('Reply-To', content.replyTo);
  if (subject !== undefined) changes.push(['Subject', headerText(subject)]);
  if (internetMessageId !== undefined) changes.push(['Message-ID', internetMessageId]);
  if (importance) {
    changes.push(['Importance', importance === 'normal' ? undefined : importance]);
    // Of an upload as MIME, these say the same in other words.
    changes.push(['X-Priority', undefined], ['X-MSMail-Priority', undefined]);
  }
  receipt('Disposition-Notification-To', content.readReceipt);
  receipt('Return-Receipt-To', content.deliveryReceipt);
  for (const [name, value] of content.headers ?? []) changes.push([name, headerText(value)]);
  return changes;
}
