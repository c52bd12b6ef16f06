import type { Attachment } from '../api/types.js';
import { element, table } from '../elements/dom.js';
import { size } from '../elements/format.js';

export function attachmentsView(attachments: Attachment[], path: string): Node {
  const rows = attachments.map((file, index) => [
    element('a', { href: `${path}/attachments/${index}`, download: '' }, file.filename ?? 'attachment'),
    file.contentType,
    size(file.size),
    file.contentId === undefined ? (file.disposition ?? '') : `inline, cid:${file.contentId}`,
  ]);
  return table('Attachments', ['File', 'Type', 'Size', 'Placed'], rows);
}
