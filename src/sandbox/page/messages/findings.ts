import type { ReadableMessage } from '../api/types.js';
import { copyable } from '../elements/copy.js';
import { type Child, element } from '../elements/dom.js';
import { counted } from '../elements/format.js';

// A newsletter may have thousands; nobody reads so many here.
const SHOWN = 100;

/** The one-time codes and links of a message: what somebody who tests a sign-up is here for. */
export function findings({ codes = [], links = [] }: Pick<ReadableMessage, 'codes' | 'links'>): Node {
  const node = document.createDocumentFragment();
  if (codes.length > 0) {
    const list = codes.map((code) => copyable(code, `the code ${code}`));
    node.append(element('div', { class: 'findings' }, element('span', { class: 'soft' }, 'Code'), ...list));
  }
  if (links.length > 0) {
    const items = links
      .slice(0, SHOWN)
      .map((link) => element('li', {}, copyable(link, `the link ${link}`, linkText(link))));
    if (links.length > SHOWN)
      items.push(element('li', { class: 'soft' }, `and ${links.length - SHOWN} more in the text`));
    node.append(
      element(
        'details',
        { class: 'findings' },
        element('summary', {}, counted(links.length, 'link')),
        element('ul', {}, ...items),
      ),
    );
  }
  return node;
}

/** Opens only on a click, in a tab of its own that knows nothing of this one. */
function linkText(link: string): Child {
  if (!/^https?:\/\//i.test(link)) return element('code', {}, link);
  return element('a', { href: link, target: '_blank', rel: 'noopener noreferrer' }, link);
}
