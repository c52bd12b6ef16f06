import { PostalMime } from '../../vendor/postal-mime.js';

export interface Attachment {
  filename: string | undefined;
  /** Lower case, without parameters. */
  contentType: string;
  /** Without angle brackets. */
  contentId: string | undefined;
  disposition: string | undefined;
  content: Buffer;
}

export interface ParsedMail {
  text: string | undefined;
  html: string | undefined;
  attachments: Attachment[];
}

/** Body and attachments. A message too broken to be read gives neither, since a sandbox must still show its source. */
export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  try {
    const mail = await new PostalMime().parse(raw);
    const attachments = mail.attachments.map((part) => ({
      filename: part.filename ?? undefined,
      contentType: part.mimeType,
      contentId: part.contentId?.replace(/^<|>$/g, ''),
      disposition: part.disposition ?? undefined,
      content: toBuffer(part.content),
    }));
    return { text: mail.text, html: mail.html, attachments };
  } catch {
    return { text: undefined, html: undefined, attachments: [] };
  }
}

function toBuffer(content: ArrayBuffer | Uint8Array | string): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array
    ? Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    : Buffer.from(content);
}
