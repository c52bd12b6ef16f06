import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SendMailOptions } from 'nodemailer';

const imageTypes: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
};

/** A page with larger ones in it opens slowly, and is not what anybody looks at. */
const largestImage = 5_000_000;

/** HTML whose `cid:` images stand in it as data URLs, so that it shows by itself. Those that cannot are left as they are. */
export async function withInlineImages(
  html: string,
  attachments: SendMailOptions['attachments'] = [],
): Promise<string> {
  const images = new Map<string, string>();
  for (const attachment of attachments) {
    const { cid } = attachment;
    if (cid === undefined) continue;
    const url = await dataUrl(attachment);
    if (url) images.set(cid, url);
  }
  return html.replace(/cid:([^\s"'()<>]+)/gi, (reference, name: string) => images.get(name) ?? reference);
}

async function dataUrl(attachment: NonNullable<SendMailOptions['attachments']>[number]): Promise<string | undefined> {
  const { content, path: file, filename, contentType } = attachment;
  const name = typeof filename === 'string' ? filename : typeof file === 'string' ? file : '';
  const type = contentType ?? imageTypes[path.extname(name).toLowerCase()];
  if (!type || !/^image\/[\w.+-]+$/.test(type)) return undefined;
  const bytes = content instanceof Uint8Array ? content : await fileBytes(file);
  if (!bytes || bytes.byteLength > largestImage) return undefined;
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}

async function fileBytes(file: unknown): Promise<Buffer | undefined> {
  if (typeof file !== 'string' || /^(?:https?|data):/i.test(file)) return undefined;
  // Where it is not there, the composing of the mail says so.
  return readFile(file).catch(() => undefined);
}
