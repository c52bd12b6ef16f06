import type { Answer } from '../http/answer.js';
import { DATA_HEADERS } from './security.js';

/** A file for the browser to save, never to show: its type and name come from a mail. */
export function downloadAnswer(content: Buffer, contentType: string, filename: string): Answer {
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(contentType) ? contentType : 'application/octet-stream';
  const ascii = filename.replace(/[^\x20-\x7e]|["\\%/]/g, '_');
  const encoded = encodeURIComponent(Buffer.from(filename).toString()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  const disposition = `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
  return {
    status: 200,
    headers: { ...DATA_HEADERS, 'content-type': type, 'content-disposition': disposition },
    body: content,
  };
}
