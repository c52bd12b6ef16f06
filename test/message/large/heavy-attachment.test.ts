import { expect, test } from 'vitest';
import { bytesOf, type Nodemailer, nodemailers, takeApart } from '../large-support.js';

const content = bytesOf(40_000);
const html = '<img src="cid:a">';

const cases: [string, object, object][] = [
  ['a file', { attachments: [{ filename: 'a.pdf', content }] }, { contentType: 'application/pdf', inline: false }],
  [
    'an image that the HTML shows',
    { html, attachments: [{ filename: 'a.png', cid: 'a', content }] },
    { contentType: 'image/png', inline: true, contentId: 'a' },
  ],
  [
    'an image that no HTML can show',
    { attachments: [{ filename: 'a.png', cid: 'a', content }] },
    { inline: false, contentId: 'a' },
  ],
  [
    'a file with a Content-ID',
    { html, attachments: [{ filename: 'a.pdf', cid: 'a', content }] },
    { inline: false, contentId: 'a' },
  ],
  [
    'an image that is inline without a Content-ID',
    { html, attachments: [{ filename: 'a.png', contentDisposition: 'inline', content }] },
    { inline: false, contentId: undefined },
  ],
  [
    'a content type with parameters, of which the name is left out',
    {
      attachments: [
        { filename: 'a.csv', contentType: 'Text/CSV; charset="iso-8859-1"; name="b;c.csv"; header=present', content },
      ],
    },
    { name: 'a.csv', contentType: 'text/csv; charset="iso-8859-1"; header=present' },
  ],
  ['a name with a line break', { attachments: [{ filename: 'a\r\nb.pdf', content }] }, { name: 'a b.pdf' }],
  [
    'no name',
    { attachments: [{ filename: false, content }] },
    { name: 'attachment-1', contentType: 'application/octet-stream' },
  ],
  ['no name, and one that Nodemailer made up', { attachments: [{ content }] }, { name: 'attachment-1.bin' }],
];

for (const nodemailer of nodemailers) {
  test.each(cases)(`Nodemailer ${nodemailer.version}: %s`, async (_, data, expected) => {
    const { heavy } = await takeApart(nodemailer as Nodemailer, data);
    expect(heavy).toMatchObject([{ size: 40_000, ...expected }]);
  });
}
