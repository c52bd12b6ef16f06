import { chromium } from 'playwright-core';
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const [, , file, out] = process.argv;
for (const [name, opts] of Object.entries({ light: { viewport: { width: 1100, height: 800 }, colorScheme: 'light' }, dark: { viewport: { width: 1100, height: 800 }, colorScheme: 'dark' }, narrow: { viewport: { width: 380, height: 800 }, colorScheme: 'light' } })) {
  const c = await b.newContext(opts); const p = await c.newPage(); const errs = []; p.on('console', (m) => errs.push(m.text()));
  await p.goto('file://' + file); await p.screenshot({ path: `${out}-${name}.png`, fullPage: true });
  const over = await p.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  console.log(name, 'overflow', over, errs.join(';'));
  if (name === 'dark') await p.pdf({ path: `${out}.pdf`, format: 'A4' });
}
await b.close();
