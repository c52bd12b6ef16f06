import type { MimeNode } from '../api/types.js';
import { element } from '../elements/dom.js';
import { size } from '../elements/format.js';

/** The parts of a message as they lie in each other. */
export function treeView(root: MimeNode): Node {
  return element('ul', { class: 'tree', 'aria-label': 'MIME tree' }, item(root));
}

function item({ contentType, disposition, filename, encoding, size: bytes, children }: MimeNode): HTMLElement {
  const more = [disposition, filename, encoding, size(bytes)].filter((text) => text !== undefined && text !== '');
  const node = element(
    'li',
    {},
    element('span', { class: 'type' }, contentType),
    element('span', { class: 'soft' }, ` ${more.join(' · ')}`),
  );
  if (children.length > 0) node.append(element('ul', {}, ...children.map(item)));
  return node;
}
