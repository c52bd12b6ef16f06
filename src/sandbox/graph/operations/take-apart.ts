import { withBody } from '../../mail/edit-header.js';
import { writePart } from '../../mail/mime-writer.js';
import { parseMail } from '../../mail/parse-mail.js';
import type { Item } from '../../model/item.js';
import { attachmentsInMime } from '../odata/attachments-of.js';

/**
 * Makes a draft of MIME one that can be edited, as Exchange stores it: one body, and its attachments beside it. The tree of
 * the upload is lost, with its alternatives; recipients get what is put together from the pieces. (fact draft-13)
 */
export async function takeApart(item: Item): Promise<void> {
  const { message } = item;
  for (;;) {
    const { mime } = message;
    const [{ html, text }, attachments] = [await parseMail(mime), await attachmentsInMime(item)];
    // Somebody else may have edited it meanwhile.
    if (mime !== message.mime) continue;
    if (attachments.length === 0) return;
    const contentType = html === undefined ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8';
    const body = writePart({ contentType, content: Buffer.from(html ?? text ?? '') });
    message.edit(withBody(mime, body), [...attachments, ...message.attachments]);
    return;
  }
}
