import provider from '@strapi/provider-email-nodemailer';
import fp from 'lodash/fp.js';
import { graphTransport } from 'nodemailer-graph-transport';
import { expect, it } from 'vitest';
import { onlyMessage, sandboxOfTest } from './support.js';

it('@strapi/provider-email-nodemailer sends from the configuration that Strapi has merged', async () => {
  const sandbox = await sandboxOfTest();
  // The two steps that Strapi's core takes with config/plugins.js: the user's file over the environment's, then defaults.
  const userConfig = {
    email: {
      config: {
        provider: 'nodemailer',
        providerOptions: graphTransport(sandbox.options),
        settings: { defaultFrom: 'noreply@contoso.example', defaultReplyTo: 'help@contoso.example' },
      },
    },
  };
  const merged = fp.merge({ email: { enabled: true } }, userConfig);
  const { config } = fp.defaultsDeep(
    { config: { provider: 'sendmail', providerOptions: {}, settings: {} } },
    merged.email,
  );
  const mail = provider.init(config.providerOptions, config.settings);

  expect(await mail.verify()).toBe(true);
  expect(mail.isIdle()).toBe(true);
  expect(mail.getCapabilities()).toEqual({});
  const info = await mail.send({
    to: 'Ana Lima <ana@example.com>',
    bcc: 'archive@contoso.example',
    subject: 'Reset your password',
    html: '<p>Follow the link</p>',
    attachments: [{ filename: 'terms.txt', content: 'Terms' }],
  });

  expect(info.accepted).toEqual(['ana@example.com', 'archive@contoso.example']);
  const message = await onlyMessage(sandbox);
  expect(message).toMatchObject({
    messageId: info.messageId,
    from: { address: 'noreply@contoso.example' },
    to: [{ name: 'Ana Lima', address: 'ana@example.com' }],
    bcc: [{ address: 'archive@contoso.example' }],
    subject: 'Reset your password',
  });
  expect(message.html).toContain('<p>Follow the link</p>');
  expect(message.headers).toContainEqual({ name: 'Reply-To', value: 'help@contoso.example' });
  expect(message.attachments.map(({ filename, content }) => [filename, String(content)])).toEqual([
    ['terms.txt', 'Terms'],
  ]);

  await expect(
    mail.send({ to: 'ana@example.com', subject: 'Files', text: '', attachments: [{ path: '/etc/hostname' }] }),
  ).rejects.toMatchObject({ code: 'EFILEACCESS', outcome: 'not-sent' });
  mail.close();
  await expect(mail.send({ to: 'ana@example.com', subject: 'Late', text: '' })).rejects.toMatchObject({
    code: 'ECONNECTION',
  });
});
