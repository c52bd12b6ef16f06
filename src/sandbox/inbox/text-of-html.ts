import { decodeEntities } from './html-entities.js';

// Characters to look at; what a person is to notice stands before them.
const LONGEST = 200_000;
const BREAKS =
  /^\/?(?:p|div|br|tr|td|th|table|h[1-6]|li|ul|ol|hr|section|article|header|footer|center|blockquote|pre)$/;

/** Roughly the text that a person sees, a line for each block. Good enough to look for words, not to show. */
export function textOfHtml(html: string): string {
  const source = html.slice(0, LONGEST);
  const lower = source.toLowerCase();
  let text = '';
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('<', at);
    if (open < 0) return tidy(text + source.slice(at));
    text += source.slice(at, open);
    const name = /^\/?[a-z][a-z0-9]*|^!--/i.exec(source.slice(open + 1, open + 20))?.[0].toLowerCase();
    const end = name === undefined ? open + 1 : endOf(lower, name, open);
    if (name === undefined) text += '<';
    else if (BREAKS.test(name)) text += '\n';
    at = end;
  }
  return tidy(text);
}

/** Offset behind a tag, or behind everything that belongs to one whose content nobody sees. */
function endOf(lower: string, name: string, open: number): number {
  const last = name === '!--' ? '-->' : /^(?:style|script|title|head)$/.test(name) ? `</${name}` : undefined;
  const from = last === undefined ? open : lower.indexOf(last, open);
  if (from < 0) return lower.length;
  const close = lower.indexOf('>', from);
  return close < 0 ? lower.length : close + 1;
}

function tidy(text: string): string {
  return decodeEntities(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
}
