import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openRecipients } from '../../../src/bulk/recipients/open-recipients.js';
import { escapeHtml, html } from '../../../src/bulk/report/html.js';
import { writeReports } from '../../../src/bulk/report/write-reports.js';
import { sampleRun } from './sample-run.js';

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style></textarea><svg/onload=alert(1)>',
  '<!--',
  '&lt;b&gt;',
  'a\u0000b\u202egnp.exe\ud800',
  '{{constructor}}`',
].join(' ');

/** Tags and attributes of the page, with the classes of numbers that differ anyway taken out. */
function skeletonOf(page: string): string {
  return page
    .replace(/<style>.*<\/style>/s, '')
    .match(/<[^>]*>/g)
    ?.map((tag) => tag.replace(/\b(?:x|y|width|height|x1|x2|y1|y2)="[\d.]+"/g, ''))
    .join('\n') as string;
}

/** A report in which `text` stands wherever a row, an error, a mail server or a setting can bring it in. */
async function pageWith(text: string): Promise<string> {
  const recipients = { ...openRecipients([1, 2, 3, 4].map(() => ({ email: text, name: text }))), name: text };
  const error = { code: text, graphCode: text, message: text, hint: text };
  const bounce = {
    type: 'bounce',
    recipient: text,
    status: text,
    action: 'failed',
    hard: true,
    reason: text,
    ndrId: text,
  } as const;
  const folder = await sampleRun(recipients, [
    [0, 0, { type: 'session', host: text }],
    [
      1,
      1,
      { type: 'attempt', mailbox: text, messageId: text },
      { type: 'sent', mailbox: text, messageId: text, requestId: text },
      bounce,
    ],
    [
      2,
      2,
      { type: 'attempt', mailbox: text, messageId: text },
      { type: 'rejected', mailbox: text, requestId: text, error },
    ],
    [
      3,
      3,
      { type: 'attempt', mailbox: text, messageId: text },
      { type: 'unknown', mailbox: text, messageId: text, error },
      bounce,
    ],
    [4, 4, { type: 'skipped', reason: 'suppressed', of: undefined, entry: text }],
    [5, 0, { type: 'throttled', mailbox: text }],
    [6, 0, { type: 'session', event: 'end', ended: text }],
  ]);
  const { html: file } = await writeReports({ folder, recipients, timeZone: 'UTC' });
  return (await readFile(file, 'utf8')).replaceAll(folder, 'folder');
}

describe('the page', () => {
  it('has the same elements and attributes whatever stands in rows, errors and bounces', async () => {
    const [harmless, attacked] = [await pageWith('harmless'), await pageWith(hostile)];
    expect(attacked.split(escapeHtml(hostile)).length).toBe(harmless.split('harmless').length);
    expect(skeletonOf(attacked)).toBe(skeletonOf(harmless));
  });

  it('loads nothing and runs nothing', async () => {
    const page = await pageWith('harmless');
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
    expect(page).not.toMatch(/<(?:script|link|img|iframe|object|embed|form|base|a)\b/i);
    expect(page).not.toMatch(/\s(?:on\w+|src|href|srcset|action|style)=/i);
    expect(page).not.toMatch(/url\(|@import|@font-face/);
  });

  it('has heads for its tables, a name for every picture, and one h1', async () => {
    const page = await pageWith('harmless');
    for (const table of page.match(/<table>.*?<\/table>/gs) ?? []) expect(table).toMatch(/<th scope="col"/);
    for (const picture of page.match(/<svg[^>]*>/g) ?? []) expect(picture).toMatch(/role="img" aria-label/);
    expect(page.match(/<h1/g)).toHaveLength(1);
    for (const [, id] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(page).toContain(`id="${id}"`);
  });
});

describe('html', () => {
  it('escapes every value that is not itself such a template', () => {
    expect(
      html`<p title="${'"'}">${'<b>'}${html`<i>${'&'}</i>`}${[html`<br>`, '<']}${undefined}${false}${0}</p>`.text,
    ).toBe('<p title="&quot;">&lt;b&gt;<i>&amp;</i><br>&lt;0</p>');
  });

  it('replaces what is no text, or turns its direction', () => {
    expect(escapeHtml('a\u0000\u001b\u202e\u2066\ud800b\n\tc 👩‍👩‍👧')).toBe(
      'a\ufffd\ufffd\ufffd\ufffd\ufffdb\n\tc 👩‍👩‍👧',
    );
  });
});
