import { createTransport } from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';
import { htmlToText } from 'nodemailer-html-to-text';
import { expect, it } from 'vitest';
import { onlyMessage, sandboxOfTest } from './support.js';

it('nodemailer-html-to-text adds the text of an HTML message', async () => {
  const sandbox = await sandboxOfTest();
  const transporter = createTransport(graphTransport(sandbox.options), { from: 'noreply@contoso.example' });
  transporter.use('compile', htmlToText());

  const html = '<h1>Olá, Ana</h1><p>Read <a href="https://contoso.example/terms">the terms</a>.</p>';
  await transporter.sendMail({ to: 'ana@example.com', subject: 'Terms', html });

  const message = await onlyMessage(sandbox);
  expect(message.html?.trim()).toBe(html);
  expect(message.text).toMatch(/olá, ana/i);
  expect(message.text).toContain('the terms [https://contoso.example/terms]');
  transporter.close();
});
