import { describe, expect, it } from 'vitest';
import { runNode } from '../helpers/run-node.js';
import { editions, mail, openTransport, sandboxOfFile, sendAndRead, until } from './support.js';

const sandbox = sandboxOfFile({ fromMismatch: 'allow' });

describe.each(editions)('sendMail, $name', (edition) => {
  it('resolves with what the SMTP transport would say', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const info = await transporter.sendMail(
      mail({ to: 'Ana Lima <ana@example.com>', cc: 'bob@example.com', bcc: 'archive@contoso.example' }),
    );
    const recipients = ['ana@example.com', 'bob@example.com', 'archive@contoso.example'];
    expect(info).toEqual({
      envelope: { from: 'noreply@contoso.example', to: recipients },
      messageId: expect.stringMatching(/^<.+@contoso\.example>$/),
      accepted: recipients,
      rejected: [],
      pending: [],
      response: expect.stringMatching(/^202 /),
      messageSize: expect.any(Number),
      messageTime: expect.any(Number),
      mailbox: 'noreply@contoso.example',
      requestId: expect.any(String),
      clientRequestId: expect.any(String),
      attempts: 1,
    });
    const [arrived] = await sandbox().messages({ messageId: info.messageId });
    expect(arrived?.raw).toHaveLength(info.messageSize);
    expect(arrived?.requestId).toBe(info.requestId);
  });

  it('gives an info that others can add to, with an envelope of its own', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const envelope = { from: 'noreply@contoso.example', to: ['ana@example.com'] };
    const info = await transporter.sendMail(mail({ envelope }));
    expect(Object.isExtensible(info)).toBe(true);
    info.envelope.to.push('changed@example.com');
    expect(envelope.to).toEqual(['ana@example.com']);
    expect(info.accepted).toEqual(['ana@example.com']);
  });

  it('calls a callback once, and then returns no promise', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const calls: unknown[][] = [];
    const returned: unknown = transporter.sendMail(mail(), (...args) => calls.push(args));
    expect(returned).toBeUndefined();
    await until(() => calls.length > 0);
    await transporter.sendMail(mail());
    expect(calls).toEqual([[null, expect.objectContaining({ accepted: ['ana@example.com'] })]]);
  });

  it('calls a callback once with the error', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const calls: unknown[][] = [];
    transporter.sendMail(mail({ to: undefined }), (...args) => calls.push(args));
    await until(() => calls.length > 0);
    await transporter.sendMail(mail());
    expect(calls).toHaveLength(1);
    expect(calls[0]?.[0]).toMatchObject({ code: 'EENVELOPE' });
  });

  it('calls back later, never while sendMail still runs', async () => {
    const { transport, transporter } = openTransport(edition, sandbox());
    transport.close();
    let running = true;
    const during = new Promise<boolean>((resolve) => {
      transporter.sendMail(mail(), () => resolve(running));
    });
    running = false;
    expect(await during).toBe(false);
  });

  it('does not call a callback again that throws, be it given an info or an error', async () => {
    const { nodemailer, build } = edition;
    const { code, stdout, stderr } = await runNode(['test/conformance/throwing-callback.cjs'], {
      CONFORMANCE: JSON.stringify({
        nodemailer,
        build,
        options: sandbox().options,
        mails: [mail(), mail({ to: undefined })],
      }),
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ calls: ['info', 'EENVELOPE'], uncaught: ['thrown', 'thrown'] });
    expect(code).toBe(0);
  });

  it('normalises the addresses of the envelope, and sends to each once', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const info = await transporter.sendMail(
      mail({
        to: ['Ana <ana@EXAMPLE.com>', 'ana@example.com', { name: 'Jõgeva', address: 'info@jõgeva.ee' }],
        cc: 'Friends: bob@example.com, Eve <eve@example.com>;',
      }),
    );
    expect(info.envelope).toEqual({
      from: 'noreply@contoso.example',
      to: ['ana@example.com', 'info@xn--jgeva-dua.ee', 'bob@example.com', 'eve@example.com'],
    });
    const [arrived] = await sandbox().messages({ messageId: info.messageId });
    expect(arrived?.delivered.map(({ recipient }) => recipient).sort()).toEqual([...info.envelope.to].sort());
  });

  it('takes a custom envelope: whom it adds is a Bcc', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const envelope = { from: 'Bounces <noreply@contoso.example>', to: 'Ana <ana@example.com>, bob@example.com' };
    const info = await transporter.sendMail(mail({ envelope }));
    expect(info.envelope).toEqual({ from: 'noreply@contoso.example', to: ['ana@example.com', 'bob@example.com'] });
    const [arrived] = await sandbox().messages({ messageId: info.messageId });
    expect(arrived).toMatchObject({ to: [{ address: 'ana@example.com' }], bcc: [{ address: 'bob@example.com' }] });
  });

  it('takes to, cc and bcc of a custom envelope together', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const envelope = {
      from: 'noreply@contoso.example',
      to: 'ana@example.com',
      cc: ['bob@example.com'],
      bcc: 'eve@example.com',
    };
    const info = await transporter.sendMail(mail({ cc: 'bob@example.com', envelope }));
    expect(info.accepted).toEqual(['ana@example.com', 'bob@example.com', 'eve@example.com']);
    const [arrived] = await sandbox().messages({ messageId: info.messageId });
    expect(arrived?.bcc).toEqual([{ name: '', address: 'eve@example.com' }]);
  });

  it.each(['To', 'envelope'])(
    'quotes or refuses an address with two @ in %s, so that its mail goes nowhere else',
    async (place) => {
      const { transporter } = openTransport(edition, sandbox());
      const address = 'a@evil.example@good.example';
      const envelope = { from: 'noreply@contoso.example', to: [address] };
      const message = mail(place === 'To' ? { to: { name: '', address } } : { to: undefined, envelope });
      const end = await transporter.sendMail(message).then(
        ({ accepted }) => accepted,
        ({ code }) => code,
      );
      // Nodemailer quotes it from 9 on; unquoted, nobody can tell whose it is.
      expect(end).toEqual(edition.major < 9 ? 'EENVELOPE' : ['"a@evil.example"@good.example']);
      const arrived = (await sandbox().messages()).flatMap(({ delivered }) =>
        delivered.map(({ recipient }) => recipient),
      );
      expect(arrived.filter((recipient) => /@evil\.example$/.test(recipient))).toEqual([]);
    },
  );

  it('keeps Bcc for Graph, and shows it to no recipient', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const message = await sendAndRead(
      transporter,
      sandbox(),
      mail({ bcc: ['Archive <archive@contoso.example>', 'bob@example.com'] }),
    );
    expect(message.bcc).toEqual([
      { name: 'Archive', address: 'archive@contoso.example' },
      { name: '', address: 'bob@example.com' },
    ]);
    expect(message.delivered).toHaveLength(3);
    for (const { raw } of message.delivered) expect(raw.toString()).not.toMatch(/^bcc:/im);
  });

  it('sends to Bcc alone', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const message = await sendAndRead(transporter, sandbox(), mail({ to: undefined, bcc: 'bob@example.com' }));
    expect(message).toMatchObject({ to: [], bcc: [{ address: 'bob@example.com' }] });
  });

  it('recognises Bcc among the headers', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const message = await sendAndRead(transporter, sandbox(), mail({ headers: { Bcc: 'bob@example.com' } }));
    expect(message.delivered.map(({ recipient }) => recipient)).toEqual(['ana@example.com', 'bob@example.com']);
  });

  it('keeps sender, Reply-To and several From addresses', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const message = await sendAndRead(
      transporter,
      sandbox(),
      mail({
        from: ['noreply@contoso.example', 'Boss <boss@contoso.example>'],
        sender: 'noreply@contoso.example',
        replyTo: 'Help <help@contoso.example>',
      }),
    );
    expect(message.headers).toEqual(
      expect.arrayContaining([
        { name: 'From', value: 'noreply@contoso.example, Boss <boss@contoso.example>' },
        { name: 'Sender', value: 'noreply@contoso.example' },
        { name: 'Reply-To', value: 'Help <help@contoso.example>' },
      ]),
    );
  });

  it('sends the Message-ID that it is given, and tells it', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const messageId = `<${edition.nodemailer}-${edition.build}@contoso.example>`;
    const message = await sendAndRead(transporter, sandbox(), mail({ messageId }));
    expect(message.messageId).toBe(messageId);
  });

  it('sends a hundred messages at once, each once, with one token', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const before = sandbox().stats();
    const infos = await Promise.all(
      Array.from({ length: 100 }, (_, i) => transporter.sendMail(mail({ subject: `No. ${i}` }))),
    );
    expect(new Set(infos.map(({ messageId }) => messageId)).size).toBe(100);
    const after = sandbox().stats();
    expect(after.submissions - before.submissions).toBe(100);
    expect(after.tokenRequests - before.tokenRequests).toBe(1);
    expect(Math.max(...Object.values(after.maxInFlight))).toBeLessThanOrEqual(4);
  });
});
