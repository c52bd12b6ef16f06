import { readFile } from 'node:fs/promises';
import path from 'node:path';
import MailComposer from 'nodemailer/lib/mail-composer';
import PostalMime from 'postal-mime';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Row } from '../../src/bulk/common/row.js';
import { createRowComposer, type RowMail } from '../../src/bulk/message/compose-row.js';
import { openRecipients } from '../../src/bulk/recipients/open-recipients.js';
import { openTemplate } from '../../src/bulk/template/input.js';

const folder = path.resolve('examples/newsletter');
const from = { name: 'Lantern Reading Club', address: 'lantern@example.org' };

let rows: Row[];
let messages: (RowMail & { html?: string; text?: string })[];
beforeAll(async () => {
  rows = [];
  for await (const row of openRecipients(path.join(folder, 'recipients.csv')).rows()) rows.push(row);
  const composer = createRowComposer({ template: await openTemplate(path.join(folder, 'template')) });
  const composed = await Promise.all(rows.map((row) => composer.compose(row, from)));
  messages = composed.map(({ message }) => message as (typeof messages)[number]);
});

const messageTo = (name: string) => messages.find(({ to }) => to.name === name);

describe('the newsletter', () => {
  test('has 200 recipients, each once, in three languages and under reserved domains only', () => {
    expect(rows).toHaveLength(200);
    expect(new Set(rows.map(({ values }) => String(values.email).toLowerCase())).size).toBe(200);
    expect(new Set(rows.map(({ values }) => values.language))).toEqual(new Set(['en', 'fr', 'pl']));
    for (const { values } of rows) expect(values.email).toMatch(/@(example\.(com|org|net)|\w+\.(example|test))$/);
  });

  test.each([
    ["Siobhán O'Brien", "Dear Siobhán O'Brien,", 'Dear Siobhán O&#x27;Brien,'],
    ["Lucien d'Alembert", "Bonjour Lucien d'Alembert,", 'Bonjour Lucien d&#x27;Alembert,'],
    ['Müller, Jürgen', 'Dear Müller, Jürgen,', 'Dear Müller, Jürgen,'],
    ['Anna "Ania" Łukasik', 'Dzień dobry, Anna "Ania" Łukasik!', 'Dzień dobry, Anna &quot;Ania&quot; Łukasik!'],
  ])('greets %s', (name, inText, inHtml) => {
    expect(messageTo(name)?.text?.split('\n')[0]).toBe(inText);
    expect(messageTo(name)?.html).toContain(inHtml);
  });

  test('is written in the language of each row', () => {
    const words = {
      en: ['here is the Lantern’s autumn programme', 'Dear ', 'See you soon'],
      fr: ['voici le programme d’automne de la Lanterne', 'Bonjour ', 'À bientôt'],
      pl: ['oto jesienny program Latarni', 'Dzień dobry, ', 'Do zobaczenia'],
    };
    for (const [index, { values }] of rows.entries()) {
      const { subject, html, text } = messages[index] as (typeof messages)[number];
      for (const [language, [title = '', greeting = '', farewell = '']] of Object.entries(words)) {
        const own = language === values.language;
        expect(subject === `${values.name}, ${title}`).toBe(own);
        for (const word of [greeting, farewell]) {
          expect(text?.includes(word)).toBe(own);
          expect(html?.includes(word)).toBe(own);
        }
      }
      expect(text).toContain(String(values.city));
      expect(html).toContain(`<html lang="${values.language}">`);
      expect(html?.length).toBeLessThan(10_000);
    }
  });

  test('arrives whole: names, logo and programme', async () => {
    const logo = await readFile(path.join(folder, 'template/attachments/logo.png'));
    const programme = await readFile(path.join(folder, 'template/attachments/programme.pdf'));
    for (const message of messages) {
      const mail = await PostalMime.parse(await new MailComposer(message).compile().build());
      expect(mail.to).toEqual([message.to]);
      expect(mail.subject).toBe(message.subject);
      expect(mail.html?.trim()).toBe(message.html?.trim());
      const found = mail.attachments.map(({ mimeType, contentId, disposition, content }) => [
        mimeType,
        contentId,
        disposition,
        Buffer.from(content as ArrayBuffer),
      ]);
      expect(found).toEqual([
        ['image/png', '<logo>', 'inline', logo],
        ['application/pdf', undefined, 'attachment', programme],
      ]);
    }
  });

  test('has a programme whose cross-reference table points at its objects', async () => {
    const pdf = await readFile(path.join(folder, 'template/attachments/programme.pdf'), 'latin1');
    const table = pdf.slice(Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1]));
    const offsets = [...table.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
    expect(offsets).toHaveLength(7);
    for (const [index, offset] of offsets.entries())
      expect(pdf.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj\n`));
  });
});
