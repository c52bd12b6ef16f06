import { createRequire } from 'node:module';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { BulkInputError } from '../../src/bulk/common/errors.js';
import type { MannersOptions } from '../../src/bulk/list-headers/list-headers.js';
import { createRowComposer, type RowMail } from '../../src/bulk/message/compose-row.js';
import { openTemplate, type TemplateInput } from '../../src/bulk/template/input.js';

type Nodemailer = Pick<typeof import('nodemailer'), 'createTransport'>;

const edition = createRequire(import.meta.url);
const versions = ['nodemailer7', 'nodemailer8', 'nodemailer9', 'nodemailer'].map(
  (name) => [name, edition(name)] as [string, Nodemailer],
);

async function composed({ createTransport }: Nodemailer, message: RowMail): Promise<Buffer> {
  const { message: mime } = await createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
  }).sendMail(message);
  return mime as Buffer;
}

async function messageOf(template: TemplateInput, listHeaders: MannersOptions = {}): Promise<RowMail> {
  const composer = createRowComposer({ template: await openTemplate(template), listHeaders });
  const values = { email: 'ana@example.com', id: 'k7', token: 'x'.repeat(300) };
  return (await composer.compose({ number: 1, line: 2, values }, { address: 'news@example.org' })).message;
}

const headerOf = (mime: Buffer) => mime.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';

describe.each(versions)('with %s', (_, nodemailer) => {
  test('the headers of lists stand in the mail as they were made: not folded inside an address, not encoded', async () => {
    const listHeaders = {
      unsubscribe: { url: 'https://x.test/ü?i={{token}}', mailto: 'leave@x.test?subject=leave%20{{id}}' },
      listId: 'Neuigkeiten für Müller & Söhne, jede Woche und sehr lang <news.x.test>',
    };
    const header = headerOf(await composed(nodemailer, await messageOf({ subject: 'S', text: 'T' }, listHeaders)));
    expect(header).toContain(
      `\r\nList-Unsubscribe: <https://x.test/%C3%BC?i=${'x'.repeat(300)}>,\r\n <mailto:leave@x.test?subject=leave%20k7>\r\n`,
    );
    expect(header).toContain('\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
    expect(header).toContain('X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\r\n');
    expect(header).toMatch(/\r\nList-I[dD]: =\?UTF-8\?B\?\S+\?=\r\n =\?UTF-8\?B\?\S+\?=\r\n <news\.x\.test>\r\n/);
  });

  test('no value in any field of a function adds a header, a recipient or a body', async () => {
    const refused = new Set<string>();
    for (const value of nasty) {
      for (const [field, make] of Object.entries(fields)) {
        const message = await tried(make(value));
        if (!message) {
          refused.add(field);
          continue;
        }
        const mime = await composed(nodemailer, message);
        const lines = mime.toString('latin1').split(/\r\n|\r|\n/);
        expect({ field, value, injected: lines.filter((line) => /^(?:bcc|eve)/i.test(line)) }).toEqual({
          field,
          value,
          injected: [],
        });
        const mail = await PostalMime.parse(mime);
        expect([mail.to?.length, mail.cc, mail.bcc, mail.html?.includes('Eve')]).toEqual([
          1,
          undefined,
          undefined,
          mail.html && false,
        ]);
      }
    }
    expect([...refused].sort()).toEqual(Object.keys(fields).sort());
  });
});

const nasty = [
  'a\r\nBcc: eve@x.test',
  'a\nBcc: eve@x.test',
  'a\rBcc: eve@x.test',
  'a"; x="\r\nBcc: eve@x.test',
  'a>)\r\nBcc: eve@x.test',
  '\r\n\r\nEve',
  'text/html; charset="x\r\n\r\n<b>Eve',
  '=?utf-8?Q?=0D=0ABcc:eve@x.test?=',
  'a\0b',
];

const part = (given: object) => ({ attachments: [{ filename: 'a', content: 'c', ...given }] });

/** Every place of a message that Nodemailer writes into a header. */
const fields: Record<string, (value: string) => object> = {
  subject: (subject) => ({ subject }),
  from: (name) => ({ from: { name, address: 'a@x.test' } }),
  sender: (name) => ({ sender: { name, address: 'a@x.test' } }),
  replyTo: (value) => ({ replyTo: `"${value}" <a@x.test>` }),
  header: (value) => ({ headers: { 'X-A': value } }),
  headerName: (name) => ({ headers: { [name]: 'v' } }),
  prepared: (value) => ({ headers: { 'X-A': { prepared: true, value: `a${value}` } } }),
  references: (value) => ({ references: [value] }),
  inReplyTo: (value) => ({ inReplyTo: value }),
  xMailer: (value) => ({ xMailer: value }),
  list: (value) => ({ list: { unsubscribe: value } }),
  listComment: (comment) => ({ list: { help: { url: 'https://x.test/', comment } } }),
  listId: (comment) => ({ list: { id: { url: 'news.x.test', comment } } }),
  listName: (name) => ({ list: { [name]: 'https://x.test/' } }),
  boundaryPrefix: (boundaryPrefix) => ({ boundaryPrefix, html: 'h' }),
  baseBoundary: (baseBoundary) => ({ baseBoundary, html: 'h' }),
  filename: (filename) => part({ filename }),
  contentType: (contentType) => part({ contentType }),
  contentTypeParameter: (value) => part({ contentType: `text/plain; name=${value}` }),
  cid: (cid) => part({ cid }),
  contentDisposition: (contentDisposition) => part({ contentDisposition }),
  partHeader: (value) => part({ headers: { 'X-A': value } }),
  partHeaderName: (name) => part({ headers: { [name]: 'v' } }),
  partPrepared: (value) => part({ headers: { 'X-A': { prepared: true, value: `a${value}` } } }),
  alternative: (contentType) => ({ alternatives: [{ contentType, content: 'c' }] }),
  icalMethod: (method) => ({ icalEvent: { method, content: 'c' } }),
};

/** Undefined where the row is refused. */
async function tried(given: object): Promise<RowMail | undefined> {
  try {
    return await messageOf((() => ({ subject: 'S', text: 'T', ...given })) as TemplateInput);
  } catch (error) {
    if (error instanceof BulkInputError) return undefined;
    throw error;
  }
}
