import 'reflect-metadata';
import path from 'node:path';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MailerModule, MailerService } from '@nestjs-modules/mailer';
import { HandlebarsAdapter } from '@nestjs-modules/mailer/adapters/handlebars.adapter';
import { graphTransport } from 'nodemailer-graph-transport';
import { expect, it, onTestFinished, vi } from 'vitest';
import { onlyMessage, sandboxOfTest } from './support.js';

it('@nestjs-modules/mailer sends a template, verifies, and closes with the application', async () => {
  const sandbox = await sandboxOfTest();
  const log = vi.spyOn(Logger.prototype, 'log');
  const error = vi.spyOn(Logger.prototype, 'error');
  onTestFinished(() => vi.restoreAllMocks());
  class AppModule {}
  Module({
    imports: [
      MailerModule.forRootAsync({
        useFactory: () => ({
          transport: graphTransport(sandbox.options),
          defaults: { from: '"Contoso" <noreply@contoso.example>' },
          verifyTransporters: true,
          template: { dir: path.join(import.meta.dirname, 'views'), adapter: new HandlebarsAdapter() },
        }),
      }),
    ],
  })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const mailer = app.get(MailerService);

  expect(await mailer.verifyAllTransporters()).toBe(true);
  const info = await mailer.sendMail({
    to: 'ana@example.com',
    subject: 'Hello {{name}}',
    template: 'welcome',
    context: { name: 'Ana & Bo' },
  });

  expect(info).toMatchObject({ accepted: ['ana@example.com'], rejected: [] });
  const message = await onlyMessage(sandbox);
  expect(message).toMatchObject({
    messageId: info.messageId,
    subject: 'Hello Ana & Bo',
    from: { name: 'Contoso', address: 'noreply@contoso.example' },
    to: [{ name: '', address: 'ana@example.com' }],
  });
  expect(message.html).toContain('<b>Ana &amp; Bo</b>');
  expect(log).toHaveBeenCalledWith('Transporter is ready');
  expect(error).not.toHaveBeenCalled();

  await app.close();
  await expect(mailer.sendMail({ to: 'ana@example.com', subject: 'Late', html: '<p>' })).rejects.toMatchObject({
    code: 'ECONNECTION',
  });
});
