import { describe, expect, it } from 'vitest';
import { findLinks } from '../../../src/sandbox/api/links.js';
import { mail, startClient } from '../support.js';

describe('the links of a message', () => {
  it.each<[html: string, links: string[]]>([
    ['<a href="https://x.example/?a=1&amp;b=2">Go</a>', ['https://x.example/?a=1&b=2']],
    ["<A class=x HREF='http://x.example/a b'>Go</A>", ['http://x.example/a b']],
    ['<a href=https://x.example/path>Go</a>', ['https://x.example/path']],
    ['<area href="https://x.example/">', ['https://x.example/']],
    ['<a href="https://x.example/">1</a><a href="https://x.example/">2</a>', ['https://x.example/']],
    ['<a href="https://x.example/&#47;&#x61;">', ['https://x.example//a']],
    ['<a href=" https://x.exa\nmple/ ">', ['https://x.example/']],
    ['<a href="https://first.example/" href="https://second.example/">', ['https://first.example/']],
    ['<a data-href="https://x.example/">', []],
    ['<a href="mailto:ana@example.com"><a href="javascript:alert(1)"><a href="ftp://x.example/">', []],
    ['<a href="/reset"><a href="#top"><a href="https://">', []],
    ['<img src="https://x.example/pixel.gif"><link href="https://x.example/a.css">', []],
    ['<a title="<a href=https://x.example/>" href="https://y.example/">', ['https://y.example/']],
  ])('in the HTML %s are %j', (html, links) => {
    expect(findLinks(html, undefined)).toEqual(links);
  });

  it.each<[text: string, links: string[]]>([
    ['See https://x.example/reset?token=a-b_c.', ['https://x.example/reset?token=a-b_c']],
    ['(https://x.example/a)', ['https://x.example/a']],
    ['https://x.example/a_(b)', ['https://x.example/a_(b)']],
    ['<https://x.example/a>, "https://x.example/b"', ['https://x.example/a', 'https://x.example/b']],
    ['**https://x.example/a**', ['https://x.example/a']],
    ['https://x.example/a&amp;b', ['https://x.example/a&amp;b']],
    ['HTTPS://X.example/ and https://x.example', ['HTTPS://X.example/', 'https://x.example']],
    ['xhttps://x.example x@example.com www.x.example http:// https:///', []],
  ])('in the text %j are %j', (text, links) => {
    expect(findLinks(undefined, text)).toEqual(links);
  });

  it('are those of the HTML first, then those that only the text has', () => {
    const html = '<a href="https://b.example/">b</a>';
    expect(findLinks(html, 'https://a.example/ https://b.example/')).toEqual([
      'https://b.example/',
      'https://a.example/',
    ]);
  });

  it.each(['<a href=', '<a href="', "<a href='", 'https://', 'https://a', '<a ', '((((', 'https://x/)'])(
    'are found in linear time: %s',
    (part) => {
      // Anything worse would outlast the test.
      findLinks(part.repeat(200_000), part.repeat(200_000));
    },
  );

  it('come with the message, as its codes do', async () => {
    const client = await startClient();
    await client.sendMail(mail({}, 'Your code: 482913\r\nhttps://contoso.example/login?t=1'));
    const message = await client.sandbox.waitFor({ to: 'ana@example.com' });
    expect(message).toMatchObject({ codes: ['482913'], links: ['https://contoso.example/login?t=1'] });
  });
});
