import { expect, it } from 'vitest';
import { mail, startClient } from '../support.js';
import { describeInBrowser, openPage, tripwire } from './support.js';

describeInBrowser('the HTML of a mail on the inbox page', () => {
  it('runs nothing and loads nothing, in the page and by itself', async () => {
    const { url, seen } = await tripwire();
    const client = await startClient();
    const html = `${hostile(url).join('\r\n')}<p id="end">The end</p>`;
    await client.sendMail(mail({ 'Content-Type': 'text/html' }, html));
    const page = await openPage(client);
    await page.locator('.message').click();
    await page.frameLocator('iframe').locator('#end').waitFor();
    const [message] = await client.sandbox.messages();
    const alone = await page.context().newPage();
    await alone.goto(`${client.sandbox.inboxUrl}api/messages/${message?.id}/html`);
    await alone.locator('#end').waitFor();
    // What the mail could start, it has started by the time all is loaded and the delays in it are over.
    await Promise.all([page, alone].map((one) => one.waitForLoadState('load')));
    await page.waitForTimeout(500);
    expect(seen).toEqual([]);
    expect(await page.title()).toBe('Inbox – Graph mail sandbox');
    expect(page.context().pages()).toHaveLength(2);
    expect(page.url()).toBe(`${client.sandbox.inboxUrl}#/messages/${message?.id}`);
  });

  it('would run and load without the care that is taken', async () => {
    const { url, seen } = await tripwire();
    const page = await openPage(await startClient());
    await page.goto(`${url}/plain`);
    await page.setContent(
      hostile(url)
        .filter((vector) => !vector.includes('http-equiv'))
        .join(''),
    );
    await expect
      .poll(() => seen.filter((path) => path !== 'connection' && path !== '/plain').length)
      .toBeGreaterThan(15);
    expect(seen).toEqual(expect.arrayContaining(['/script', '/run', '/img', '/css', '/iframe', '/import', '/video']));
  });

  it('neither navigates nor connects when a link in it is clicked, in the page and by itself', async () => {
    const { url, seen } = await tripwire();
    const client = await startClient();
    const links = [
      `<a href="${url}/link?a=1&amp;b=2">Plain</a>`,
      `<!-- <a title=" --> <a target=_top href=${url}/hidden>Hidden</a> "`,
      `<a x=">" HREF='${url}/quoted'>Quoted</a>`,
      `<a href="${url}/pinged" ping="${url}/ping">Pinged</a>`,
      `<svg width=200 height=40><a xlink:href="${url}/svg"><set attributeName="href" to="${url}/set"/><text y=20>Drawn</text></a></svg>`,
    ];
    await client.sendMail(mail({ 'Content-Type': 'text/html' }, links.join('<br>')));
    const page = await openPage(client);
    await page.locator('.message').click();
    const [message] = await client.sandbox.messages();
    const alone = await page.context().newPage();
    const address = `${client.sandbox.inboxUrl}api/messages/${message?.id}/html`;
    await alone.goto(address);
    const frame = page.frameLocator('iframe');
    for (const view of [frame, alone]) {
      for (const link of ['Plain', 'Hidden', 'Quoted', 'Pinged', 'Drawn']) await view.getByText(link).click();
      expect(await view.getByText('Plain').getAttribute('title')).toBe(`${url}/link?a=1&b=2`);
    }
    await expect(page.waitForEvent('framenavigated', { timeout: 300 })).rejects.toThrow('Timeout');
    expect(await frame.getByText('Plain').isVisible()).toBe(true);
    expect(alone.url()).toBe(address);
    expect(seen).toEqual([]);
  });

  it('neither submits a form by its button nor by Enter', async () => {
    const { url, seen } = await tripwire();
    const client = await startClient();
    const form = `<form action="${url}/form"><input id=field name=a><button id=send formaction="${url}/action">Send</button></form>`;
    await client.sendMail(mail({ 'Content-Type': 'text/html' }, form));
    const page = await openPage(client);
    await page.locator('.message').click();
    const frame = page.frameLocator('iframe');
    await frame.locator('#send').click();
    await frame.locator('#field').press('Enter');
    await page.waitForTimeout(300);
    expect(seen).toEqual([]);
    expect(await frame.locator('#field').isVisible()).toBe(true);
  });

  it('is shown as wide as a desktop or a phone', async () => {
    const client = await startClient();
    await client.sendMail(mail({ 'Content-Type': 'text/html' }, '<p>Wide</p>'));
    const page = await openPage(client);
    await page.locator('.message').click();
    const width = async (): Promise<number> => (await page.locator('iframe').boundingBox())?.width ?? 0;
    await expect.poll(width).toBeGreaterThan(500);
    await page.getByRole('button', { name: 'Mobile' }).click();
    await expect.poll(width).toBeLessThan(400);
    expect(await page.getByRole('button', { name: 'Mobile' }).getAttribute('aria-pressed')).toBe('true');
  });
});

/** Every way that is known to make a mail load or run something. */
function hostile(url: string): string[] {
  const run = `parent.document.title='owned';fetch('${url}/run')`;
  return [
    `<script>${run}</script><script src="${url}/script"></script>`,
    `<img src="${url}/img" srcset="${url}/srcset 2x" onerror="${run}"><img src=x onerror="${run}" onload="${run}">`,
    `<picture><source srcset="${url}/source"><img src="${url}/picture"></picture><input type=image src="${url}/input">`,
    `<svg onload="${run}"><image href="${url}/svgimage"/><use href="${url}/use#a"/><script>${run}</script></svg>`,
    `<svg><animate attributeName=href values="${url}/animate" onbegin="${run}"/><set attributeName=href to="${url}/set" onbegin="${run}"/></svg>`,
    `<svg><foreignObject><iframe src="${url}/foreign"></iframe><body onload="${run}"></body></foreignObject></svg>`,
    `<svg><style>@import '${url}/svgimport';</style><filter id=f><feImage href="${url}/feimage"/></filter><rect filter="url(#f)" width=9 height=9 /></svg>`,
    `<math href="${url}/math"><mtext><img src="${url}/mathimg"></mtext><maction actiontype="statusline" xlink:href="${url}/maction">x</maction></math>`,
    `<link rel="stylesheet" href="${url}/css"><link rel="preconnect" href="${url}"><link rel="dns-prefetch" href="${url}">`,
    `<link rel="preload" as="image" href="${url}/preload"><link rel="prefetch" href="${url}/prefetch"><link rel="modulepreload" href="${url}/module">`,
    `<link rel="prerender" href="${url}/prerender"><link rel="icon" href="${url}/icon"><link rel="manifest" href="${url}/manifest">`,
    `<noscript><link rel="preconnect" href="${url}"><img src="${url}/noscript"></noscript>`,
    `<meta http-equiv="refresh" content="0;url=${url}/refresh"><meta http-equiv="Link" content="<${url}/link>; rel=preload">`,
    `<meta http-equiv="Content-Security-Policy" content="img-src *"><base href="${url}/"><img src="based">`,
    `<style>@import '${url}/import'; body{background:url(${url}/background)} @font-face{font-family:x;src:url(${url}/font)} p{font-family:x}</style>`,
    `<i>x</i><style>i{display:list-item;list-style:url(${url}/list);cursor:url(${url}/cursor),auto;content:image-set('${url}/set' 1x)} a:visited{background:url(${url}/visited)}</style>`,
    `<div style="background-image:url(${url}/inline);mask:url(${url}/mask)">styled</div><table background="${url}/table"><tr><td background="${url}/cell">x</table>`,
    `<iframe src="${url}/iframe"></iframe><iframe srcdoc="<script>${run}</script><img src=${url}/srcdoc>"></iframe><frameset><frame src="${url}/frame"></frameset>`,
    `<object data="${url}/object"></object><embed src="${url}/embed"><applet archive="${url}/applet"></applet><portal src="${url}/portal"></portal>`,
    `<video src="${url}/video" poster="${url}/poster" autoplay></video><audio src="${url}/audio" autoplay onerror="${run}"></audio><track src="${url}/track">`,
    `<form action="${url}/form" method="post"><input name=a autofocus onfocus="this.form.submit()"></form><isindex action="${url}/isindex">`,
    `<body onload="${run}" background="${url}/bodybackground"><details open ontoggle="${run}"></details><marquee onstart="${run}"></marquee>`,
    `<a href="javascript:${run}" autofocus onfocus="${run}">x</a><div><template shadowrootmode=open><img src="${url}/shadow"></template></div>`,
    `<script type=speculationrules>{"prefetch":[{"source":"list","urls":["${url}/speculation"]}]}</script>`,
  ];
}
