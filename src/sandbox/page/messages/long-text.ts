import { element } from '../elements/dom.js';
import { size } from '../elements/format.js';

/** A browser shows so many characters at once without a pause. */
export const SHOWN = 1_048_576;

export interface LongText {
  text: string;
  /** Whether there is more than `text`. */
  more?: boolean;
  /** Where all of it is. */
  download: string;
  class?: string;
}

/** A text as it stands, as far as it can be shown. */
export function longText({ text, more = false, download, class: kind = '' }: LongText): Node {
  const shown = element('pre', { class: kind }, text === '' ? '(empty)' : text.slice(0, SHOWN));
  if (!more && text.length <= SHOWN) return shown;
  const link = element('a', { href: download }, 'Download all');
  return element('div', {}, element('p', { class: 'note' }, `Only the first ${size(SHOWN)} are shown. `, link), shown);
}
