import { PostalMime } from '../../vendor/postal-mime.js';
import { contentOf, filesIn, readMime } from './mime-tree.js';

export interface Attachment {
  filename: string | undefined;
  /** Lower case, without parameters. */
  contentType: string;
  /** Without angle brackets. */
  contentId: string | undefined;
  disposition: string | undefined;
  /** The bytes of the part, whatever its type: line ends and charset are those of the message. */
  content: Buffer;
}

export interface ParsedMail {
  text: string | undefined;
  html: string | undefined;
  attachments: Attachment[];
}

/**
 * Body and attachments. A message whose body cannot be read gives none, since a sandbox must still show its source. The
 * library is asked for the body alone: of files it changes line ends and charset, and it takes messages within messages apart.
 */
export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  const attachments = filesIn(readMime(raw)).map((part) => ({
    filename: part.filename,
    contentType: part.contentType,
    contentId: part.contentId,
    disposition: part.disposition,
    content: contentOf(part),
  }));
  try {
    const { text, html } = await PostalMime.parse(raw, { forceRfc822Attachments: true });
    return { text, html, attachments };
  } catch {
    return { text: undefined, html: undefined, attachments };
  }
}
