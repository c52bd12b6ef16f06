import path from 'node:path';
import { createTransport } from 'nodemailer';
import hbs from 'nodemailer-express-handlebars';
import { graphTransport } from 'nodemailer-graph-transport';
import { expect, it } from 'vitest';
import { onlyMessage, sandboxOfTest } from './support.js';

it('nodemailer-express-handlebars renders the template of a message before it is sent', async () => {
  const sandbox = await sandboxOfTest();
  const transporter = createTransport(graphTransport(sandbox.options), { from: 'noreply@contoso.example' });
  const viewPath = path.join(import.meta.dirname, 'views');
  transporter.use('compile', hbs({ viewEngine: { extname: '.hbs', defaultLayout: false }, viewPath, extName: '.hbs' }));

  const info = await transporter.sendMail({
    to: 'ana@example.com',
    subject: 'Welcome',
    template: 'welcome',
    context: { name: 'Ana <Lima>' },
  });

  const message = await onlyMessage(sandbox);
  expect(message).toMatchObject({ messageId: info.messageId, to: [{ address: 'ana@example.com' }] });
  expect(message.html).toContain('<p>Welcome, <b>Ana &lt;Lima&gt;</b>!</p>');

  await expect(
    transporter.sendMail({ to: 'ana@example.com', subject: 'Welcome', template: 'no-such-view' }),
  ).rejects.toThrow(/no-such-view\.hbs/);
  expect(sandbox.stats().submissions).toBe(1);
  transporter.close();
});
