import { decodeEntities } from '../mail/text-of-html.js';

// Of one message.
const MOST = 1000;
const LINK = /<(?:a|area)(?=[\t\n\f\r />])/gi;
const ATTRIBUTE =
  /[\t\n\f\r /]*([^\t\n\f\r />][^\t\n\f\r />=]*)(?:[\t\n\f\r ]*=[\t\n\f\r ]*("[^"]*"|'[^']*'|[^\t\n\f\r >]*))?/y;
const IN_TEXT = /\bhttps?:\/\/[^\s<>"'`\u00a0\u201c\u201d\u2018\u2019\u00ab\u00bb]{1,4000}/gi;

/**
 * The http and https addresses that the links of an HTML body lead to, then those that stand in the text; decoded, as
 * written, each once. Nothing is asked for any of them.
 */
export function findLinks(html: string | undefined, text: string | undefined): string[] {
  const links = new Set<string>();
  const add = (given: string): void => {
    if (links.size < MOST && isAddress(given)) links.add(given);
  };
  for (const target of targets(html ?? ''))
    add(
      decodeEntities(target)
        .trim()
        .replace(/[\t\n\r]/g, ''),
    );
  for (const [found] of (text ?? '').matchAll(IN_TEXT)) add(withoutPunctuation(found));
  return [...links];
}

function* targets(html: string): Generator<string> {
  let done = 0;
  for (const { index, 0: start } of html.matchAll(LINK)) {
    if (index < done) continue;
    done = index + start.length;
    let href: string | undefined;
    for (;;) {
      ATTRIBUTE.lastIndex = done;
      const found = ATTRIBUTE.exec(html);
      if (!found) break;
      const [whole, name = '', value = ''] = found;
      // Of two attributes of one name, the first counts (HTML standard, §13.2.5.33).
      if (name.toLowerCase() === 'href') href ??= value.replace(/^(["'])(.*)\1$/s, '$2');
      done += whole.length;
    }
    if (href !== undefined) yield href;
  }
}

function isAddress(given: string): boolean {
  return /^https?:\/\//i.test(given) && URL.canParse(given);
}

/** What follows an address in a sentence is none of it, nor is the bracket that was opened before it. */
function withoutPunctuation(found: string): string {
  let end = found.length;
  for (;;) {
    const last = found.charAt(end - 1);
    const open = { ')': '(', ']': '[', '}': '{' }[last];
    const unbalanced = open !== undefined && !found.slice(0, end).includes(open);
    if (!unbalanced && !/[.,;:!?*_~|]/.test(last)) return found.slice(0, end);
    end -= 1;
  }
}
