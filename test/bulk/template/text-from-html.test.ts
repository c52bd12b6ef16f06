import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textFromHtml } from '../../../src/bulk/template/text-from-html.js';
import { forAWhile } from '../../helpers/fixtures.js';

describe('the text of a mail that has only HTML', () => {
  test.each([
    ['<p>Hello <b>Ann</b></p><p>Bye</p>', 'Hello Ann\n\nBye\n'],
    ['Hello<br>Ann &amp; Bob &lt;b&gt; &#x27;sons&#x27; caf&eacute;', "Hello\nAnn & Bob <b> 'sons' café\n"],
    ['<a href="https://x.test/a?b=1&amp;c=2">Read on</a>', 'Read on [https://x.test/a?b=1&c=2]\n'],
    ['<a href="https://x.test/">https://x.test/</a>', 'https://x.test/\n'],
    ['<a href="mailto:a@x.test">Write</a> <a href="#top">up</a>', 'Write [a@x.test] up\n'],
    ['<a href="https://x.test/"><img src="cid:logo" alt="The lantern"></a>', 'The lantern [https://x.test/]\n'],
    ['<p>A<img src="cid:logo">B</p>', 'AB\n'],
    ['<h1>Autumn</h1><p>Now</p>', 'Autumn\n\nNow\n'],
    ['<ul><li>one</li><li>two</li></ul>', '- one\n - two\n'],
    ['<table><tr><td>Mon</td><td>Tue</td></tr><tr><td>1</td><td>2</td></tr></table>', 'Mon\nTue\n1\n2\n'],
    ['<html><head><title>T</title><style>p{}</style></head><body>x</body></html>', 'x\n'],
    ['a<script>alert("<p>no</p>")</script><style>p { color: red }</style>b', 'ab\n'],
    ['a<!-- no --><!--[if mso]><p>no</p><![endif]-->b', 'ab\n'],
    ['<div style="display:none">no</div><div style="color:red; DISPLAY: none">no</div><p hidden>no</p>a', 'a\n'],
    ['<blockquote>Quite so</blockquote>', '> Quite so\n'],
    ['', '\n'],
    [`<p>${'word '.repeat(60)}</p>`, `${'word '.repeat(60).trim()}\n`],
  ])('%s', (html, text) => {
    expect(textFromHtml(html)).toBe(text);
  });

  test('that cannot be made is asked for', () => {
    expect(() => textFromHtml('<div>'.repeat(10_000))).toThrow(/no text could be made from the HTML .* of its own/);
  });
});

interface Page {
  html: string;
  /** What is to be seen, in its order. */
  seen: string[];
}

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const link = fc.webUrl({ withQueryParameters: true });
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
const hidden = fc.constantFrom(
  '<script>var HIDDEN = "<p>HIDDEN</p>";</script>',
  '<style type="text/css">.HIDDEN > a { color: red }</style>',
  '<SCRIPT src="https://x.test/HIDDEN.js"></SCRIPT>',
  '<!-- HIDDEN <b>HIDDEN</b> -->',
  '<!--[if mso]><table><tr><td>HIDDEN</td></tr></table><![endif]-->',
  '<template><p>HIDDEN</p></template>',
  '<div style="font-size:0;display:none;">HIDDEN <a href="https://x.test/HIDDEN">HIDDEN</a></div>',
);

const { page } = fc.letrec<{ page: Page }>((tie) => ({
  page: fc.oneof(
    { maxDepth: 4 },
    word.map((text) => ({ html: ` ${text} `, seen: [text] })),
    fc
      .tuple(link, word)
      .map(([href, text]) => ({ html: ` <a href="${escaped(href)}">${text}</a> `, seen: [text, href] })),
    word.map((alt) => ({ html: ` <img src="cid:HIDDEN" alt="${alt}"> `, seen: [alt] })),
    hidden.map((html) => ({ html, seen: [] })),
    fc
      .tuple(fc.constantFrom('p', 'div', 'b', 'h1', 'span', 'ul', 'li', 'td', 'center', 'x-y'), tie('page'))
      .map(([tag, { html, seen }]) => ({ html: `<${tag} class="HIDDEN">${html}</${tag}>`, seen })),
    fc
      .array(tie('page'), { maxLength: 4 })
      .map((pages) => ({ html: pages.map(({ html }) => html).join(''), seen: pages.flatMap(({ seen }) => seen) })),
  ),
}));

test('it has all that can be seen and every link, and no markup, script or style', () => {
  fc.assert(
    fc.property(page, ({ html, seen }) => {
      const text = textFromHtml(`<html><head><style>HIDDEN</style></head><body>${html}</body></html>`);
      expect(text).not.toMatch(/[<>]|HIDDEN|cid:/);
      let from = 0;
      for (const piece of seen) {
        const at = text.indexOf(piece, from);
        expect(at, `${piece} in ${JSON.stringify(text)}`).toBeGreaterThanOrEqual(from);
        from = at + piece.length;
      }
    }),
    forAWhile(),
  );
});

test('a value that is escaped in the HTML is in the text as it was', () => {
  const value = fc.string({
    unit: fc.constantFrom('<', '>', '&', '"', "'", 'b', '/', ';', '#', 'l', 't'),
    minLength: 1,
  });
  fc.assert(
    fc.property(value, (text) => {
      expect(textFromHtml(`<p>${escaped(text)}</p>`)).toBe(`${text}\n`);
    }),
    forAWhile(500),
  );
});
