import { compileHtmlToText } from '../../vendor/html-to-text.js';
import { messageOf } from '../common/errors.js';

const block = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const heading = { uppercase: false, leadingLineBreaks: 2, trailingLineBreaks: 2 };

const convert = compileHtmlToText({
  // Mail programs wrap what is too wide for them; a break in a link would break the link.
  wordwrap: false,
  // What is larger than a mail may be is refused when it is sent, and must not lose its end before.
  limits: { maxInputLength: Number.POSITIVE_INFINITY },
  formatters: {
    // As a word of the text around it, so that a link around an image alone has words too.
    alternativeText: ({ attribs }, _walk, builder) => builder.addInline(attribs?.alt ?? ''),
  },
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    // An image is its alternative text: where it comes from (`cid:logo`) says nothing to a reader.
    { selector: 'img', format: 'alternativeText' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: heading })),
    // Mails are laid out in tables. Cells that stood on one line would run into each other.
    ...['tr', 'td', 'th', 'caption'].map((selector) => ({ selector, format: 'block', options: block })),
    { selector: 'ul', options: { itemPrefix: ' - ' } },
    ...['title', 'template', 'svg', 'iframe', 'object'].map((selector) => ({ selector, format: 'skip' })),
    // As the lines that only the list of an inbox shows.
    ...['[hidden]', '[style*="display:none" i]', '[style*="display: none" i]'].map((selector) => ({
      selector,
      format: 'skip',
    })),
  ],
});

/** The text of a mail that has only HTML: what can be seen of it, and where its links lead. */
export function textFromHtml(html: string): string {
  try {
    return `${convert(html).trim()}\n`;
  } catch (cause) {
    // Elements nested by the ten thousand, for instance.
    throw new Error(`no text could be made from the HTML (${messageOf(cause)}): give the mail a text of its own`, {
      cause,
    });
  }
}
