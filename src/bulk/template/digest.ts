import { createHash } from 'node:crypto';
import type { TemplateSource } from './template.js';

/** SHA-256 over all that a template is made of, so that a run notices when it is continued with another. */
export function templateDigest(source: TemplateSource): string {
  const hash = createHash('sha256');
  const add = (what: string, content: string | Uint8Array | undefined) => {
    if (content === undefined) return;
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    // With lengths, so that no content can be taken for another's name.
    hash.update(JSON.stringify([what, bytes.length])).update(bytes);
  };
  add('subject', source.subject);
  add('html', source.html);
  add('text', source.text);
  const partials = Object.entries(source.partials ?? {});
  for (const [name, partial] of partials.sort(([a], [b]) => (a < b ? -1 : 1))) add(`partial ${name}`, partial);
  for (const { filename, cid, contentDisposition, content } of source.attachments ?? []) {
    add(`attachment ${JSON.stringify([filename, cid, contentDisposition])}`, content);
  }
  return hash.digest('hex');
}
