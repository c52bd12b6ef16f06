// The tokens of the HTML standard (§13.2.5), whose white space is not that of \s.
const LINK = /<(a|area)(?=[\t\n\f\r />])/gi;
const ATTRIBUTE =
  /([\t\n\f\r /]*)([^\t\n\f\r />][^\t\n\f\r />=]*)([\t\n\f\r ]*=[\t\n\f\r ]*(?:"[^"]*"|'[^']*'|[^\t\n\f\r >]*))?/y;

const NEW_NAMES: Readonly<Record<string, string>> = { href: 'title', 'xlink:href': 'title', title: 'data-title' };

/** HTML whose links lead nowhere: each shows its target as its title instead. */
export function withoutTargets(html: string): string {
  let safe = '';
  let done = 0;
  for (const { index, 0: start } of html.matchAll(LINK)) {
    if (index < done) continue;
    safe += html.slice(done, index) + start;
    done = index + start.length;
    let attributes = '';
    for (;;) {
      ATTRIBUTE.lastIndex = done;
      const found = ATTRIBUTE.exec(html);
      if (!found) break;
      const [whole, gap = '', name = '', value = ''] = found;
      attributes += gap + (NEW_NAMES[name.toLowerCase()] ?? name) + value;
      done += whole.length;
    }
    // What seems to be inside a link may be a link itself, as behind the end of a comment: it becomes no tag at all.
    safe += attributes.replace(LINK, '<x-$1');
  }
  return safe + html.slice(done);
}
