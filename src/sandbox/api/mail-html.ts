import type { Attachment } from '../mail/parse-mail.js';

// A policy stops what these load, but not every hint that they give: Chromium opens a connection for a preconnect and
// for the address of a frame before it asks the policy. Animations could give a link its target back, and Firefox follows
// links of MathML.
const ACTING_TAGS =
  /<(\/?)(link|meta|base|i?frame|frameset|object|embed|portal|fencedframe|set|animate|math)(?=[\s/>])/gi;
// A link without a target does not look like one; a mail's own style goes before this.
const LINK_STYLE = '<style>:where(a[title]){color:#0563c1;text-decoration:underline}</style>';
// Characters of inline images: a mail that shows one of them a thousand times must not become a thousand times as long.
const MOST_INLINE = 64_000_000;
const CID = /(["'(=\s])cid:([^"')\s>]+)/gi;

/** HTML of a mail made fit for a sandboxed frame: it shows its own inline images and can reach nothing else. */
export function framedHtml(html: string, attachments: readonly Attachment[]): string {
  const images = new Map<string, string>();
  for (const { contentId, contentType, content } of attachments) {
    if (contentId === undefined || !/^image\/[\w.+-]+$/.test(contentType)) continue;
    images.set(contentId.toLowerCase(), `data:${contentType};base64,${content.toString('base64')}`);
  }
  let left = MOST_INLINE;
  const shown = withoutTargets(html.replace(ACTING_TAGS, '<$1x-$2')).replace(
    CID,
    (whole, before: string, id: string) => {
      const image = images.get(decoded(id).toLowerCase());
      if (image === undefined || image.length > left) return whole;
      left -= image.length;
      return before + image;
    },
  );
  return `<!doctype html><meta charset="utf-8">${LINK_STYLE}${shown}`;
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

// The tokens of the HTML standard (§13.2.5), whose white space is not that of \s.
const LINK = /<(a|area)(?=[\t\n\f\r />])/gi;
const ATTRIBUTE =
  /([\t\n\f\r /]*)([^\t\n\f\r />][^\t\n\f\r />=]*)([\t\n\f\r ]*=[\t\n\f\r ]*(?:"[^"]*"|'[^']*'|[^\t\n\f\r >]*))?/y;

const NEW_NAMES: Readonly<Record<string, string>> = { href: 'title', 'xlink:href': 'title', title: 'data-title' };

/**
 * HTML whose links lead nowhere: each shows its target as its title instead.
 * @internal
 */
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
