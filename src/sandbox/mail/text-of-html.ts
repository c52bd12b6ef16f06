// Characters to look at; what a person is to notice stands before them.
const LONGEST = 200_000;
const BREAKS =
  /^\/?(?:p|div|br|tr|td|th|table|h[1-6]|li|ul|ol|hr|section|article|header|footer|center|blockquote|pre)$/;

// Searched for in any letter case, not in a copy in small letters: that may be longer, as of a text with İ.
const LAST: ReadonlyMap<string, RegExp> = new Map([
  ['!--', /-->/g],
  ['style', /<\/style/gi],
  ['script', /<\/script/gi],
  ['title', /<\/title/gi],
  ['head', /<\/head/gi],
]);

/**
 * Roughly the text that a person sees, a line for each block and each cell of a table. Good enough to look for words, not to
 * show. Not `html-to-text`: it takes up to fourteen times as long on nested tags, prints titles, and joins the cells of a row.
 */
export function textOfHtml(html: string): string {
  const source = html.slice(0, LONGEST);
  let text = '';
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('<', at);
    if (open < 0) return tidy(text + source.slice(at));
    text += source.slice(at, open);
    const name = /^\/?[a-z][a-z0-9]*|^!--/i.exec(source.slice(open + 1, open + 20))?.[0].toLowerCase();
    const end = name === undefined ? open + 1 : endOf(source, name, open);
    if (name === undefined) text += '<';
    else if (BREAKS.test(name)) text += '\n';
    at = end;
  }
  return tidy(text);
}

/** Offset behind a tag, or behind everything that belongs to one whose content is not shown. */
function endOf(source: string, name: string, open: number): number {
  let from = open;
  const last = LAST.get(name);
  if (last) {
    last.lastIndex = open;
    const found = last.exec(source);
    if (!found) return source.length;
    from = found.index;
  }
  const close = source.indexOf('>', from);
  return close < 0 ? source.length : close + 1;
}

function tidy(text: string): string {
  return decodeEntities(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .trim();
}

// Those that addresses and short texts have; what is not here stays as it is written.
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  colon: ':',
  sol: '/',
  num: '#',
  equals: '=',
  quest: '?',
  period: '.',
  lowbar: '_',
  percnt: '%',
  plus: '+',
  commat: '@',
  shy: '',
  zwnj: '',
  zwj: '',
};

/** Decodes the character references of HTML. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));?/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? String(whole);
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}
