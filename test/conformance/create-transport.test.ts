import { describe, expect, it } from 'vitest';
import { version } from '../../src/common/version.js';
import { editions, header, mail, openTransport, sandboxOfFile, sendAndRead } from './support.js';

const sandbox = sandboxOfFile();

describe.each(editions)('createTransport, $name', (edition) => {
  it('takes the transport as a plugin, as it is', () => {
    const { transport, transporter } = openTransport(edition, sandbox());
    expect(transporter.transporter).toBe(transport);
    expect((transport as unknown as { mailer: unknown }).mailer).toBe(transporter);
  });

  it('names the transport and its version', () => {
    const { transport, transporter } = openTransport(edition, sandbox());
    expect(transport).toMatchObject({ name: 'GraphTransport', version });
    expect((transporter as unknown as { getVersionString(): string }).getVersionString()).toMatch(
      new RegExp(`^nodemailer \\(${edition.major}\\..*; GraphTransport/${version.replaceAll('.', '\\.')}\\)$`),
    );
  });

  it('keeps no secret where Nodemailer or its users may print it', () => {
    const { transporter } = openTransport(edition, sandbox());
    expect(JSON.stringify(transporter.options)).not.toContain('PRIVATE KEY');
    expect(JSON.stringify({ ...transporter.transporter })).not.toContain('PRIVATE KEY');
  });

  it('lays a message over the defaults', async () => {
    const { transporter } = openTransport(
      edition,
      sandbox(),
      {},
      { from: 'noreply@contoso.example', subject: 'Default' },
    );
    expect(await sendAndRead(transporter, sandbox(), { to: 'ana@example.com' })).toMatchObject({
      from: { address: 'noreply@contoso.example' },
      subject: 'Default',
    });
    expect(await sendAndRead(transporter, sandbox(), { to: 'ana@example.com', subject: 'Own' })).toMatchObject({
      from: { address: 'noreply@contoso.example' },
      subject: 'Own',
    });
  });

  it('merges headers of defaults and message by name', async () => {
    const defaults = { headers: { 'X-Team': 'billing', 'X-Kind': 'default' } };
    const { transporter } = openTransport(edition, sandbox(), {}, defaults);
    const message = await sendAndRead(transporter, sandbox(), mail({ headers: { 'X-Kind': 'invoice' } }));
    expect(header(message, 'X-Team')).toBe('billing');
    expect(header(message, 'X-Kind')).toBe('invoice');
  });

  it('does not change the defaults and messages that it is given', async () => {
    const defaults = { replyTo: 'help@contoso.example', headers: { 'X-Team': 'billing' } };
    const message = mail({ bcc: ['archive@contoso.example'], attachments: [{ filename: 'a.txt', content: 'A' }] });
    const before = structuredClone([defaults, message]);
    const { transporter } = openTransport(edition, sandbox(), {}, defaults);
    await transporter.sendMail(message);
    await transporter.sendMail(message);
    expect([defaults, message]).toEqual(before);
  });

  it('leaves the mailer its own store', () => {
    const { transporter } = openTransport(edition, sandbox());
    transporter.set('a key', 'a value');
    expect(transporter.get('a key')).toBe('a value');
  });
});
