import type { Answer } from '../http/answer.js';
import type { Attachment } from '../mail/parse-mail.js';
import { ApiRefusal, type ApiRequest } from './api-routes.js';
import { framedHtml } from './mail-html.js';
import { DATA_HEADERS, MAIL_HEADERS } from './security.js';

/** The source of a mail, to be shown as text or with `?download` to be saved. */
export function rawAnswer(raw: Buffer, name: string, { query }: Pick<ApiRequest, 'query'>): Answer {
  if (query.has('download')) return downloadAnswer(raw, 'message/rfc822', `${name}.eml`);
  return { status: 200, headers: { ...DATA_HEADERS, 'content-type': 'text/plain; charset=utf-8' }, body: raw };
}

/** The HTML of a mail, fit for a frame. */
export function htmlAnswer(html: string | undefined, attachments: readonly Attachment[]): Answer {
  if (html === undefined) throw new ApiRefusal(404, 'The message has no HTML.');
  const headers = { ...MAIL_HEADERS, 'content-type': 'text/html; charset=utf-8' };
  return { status: 200, headers, body: framedHtml(html, attachments) };
}

export function attachmentAnswer(attachments: readonly Attachment[], { parameters }: ApiRequest): Answer {
  const { index = '' } = parameters;
  const attachment = /^\d+$/.test(index) ? attachments[Number(index)] : undefined;
  if (!attachment) throw new ApiRefusal(404, 'The message has no such attachment.');
  return downloadAnswer(attachment.content, attachment.contentType, attachment.filename ?? 'attachment');
}

/** A file for the browser to save, never to show: its type and name come from a mail. */
function downloadAnswer(content: Buffer, contentType: string, filename: string): Answer {
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
