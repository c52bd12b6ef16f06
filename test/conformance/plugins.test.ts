import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { editions, header, type Message, mail, openTransport, sandboxOfFile, sendAndRead } from './support.js';

const sandbox = sandboxOfFile();

/** What a plugin is given, as far as these tests use it. */
interface PluginMail {
  data: Message;
  message: { setHeader(name: string, value: string): void; transform(make: () => Transform): void } | null;
  resolveContent(data: object, key: string, callback: (error: Error | null, value: string | Buffer) => void): void;
}
type Plugin = Parameters<ReturnType<typeof openTransport>['transporter']['use']>[1];
const plugin = (run: (mail: PluginMail, done: (error?: Error) => void) => void) => run as unknown as Plugin;

describe.each(editions)('plugins, $name', (edition) => {
  it('run in their order: compile before there is a message, stream after', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const order: string[] = [];
    const note = (name: string) =>
      plugin(({ message }, done) => {
        order.push(`${name} ${message ? 'with' : 'without'} message`);
        setTimeout(done, 5);
      });
    transporter.use('stream', note('third'));
    transporter.use('compile', note('first'));
    transporter.use('compile', note('second'));
    await transporter.sendMail(mail());
    expect(order).toEqual(['first without message', 'second without message', 'third with message']);
  });

  it('a compile plugin changes what is sent, recipients included', async () => {
    const { transporter } = openTransport(edition, sandbox());
    transporter.use(
      'compile',
      plugin(({ data }, done) => {
        data.subject = `[Contoso] ${String(data.subject)}`;
        data.bcc = 'archive@contoso.example';
        done();
      }),
    );
    const message = await sendAndRead(transporter, sandbox(), mail());
    expect(message.subject).toBe('[Contoso] Hello');
    expect(message.delivered.map(({ recipient }) => recipient)).toEqual(['ana@example.com', 'archive@contoso.example']);
  });

  it('a compile plugin reads content that comes later, and the message still has it', async () => {
    const { transporter } = openTransport(edition, sandbox());
    transporter.use(
      'compile',
      plugin((given, done) => {
        given.resolveContent(given.data, 'html', (error, html) => {
          if (error) return done(error);
          given.data.text = String(html).replace(/<[^>]+>/g, '');
          sleep(10).then(() => done());
        });
      }),
    );
    const html = { path: 'data:text/html,<p>Ol%C3%A1</p>' };
    const message = await sendAndRead(transporter, sandbox(), mail({ text: undefined, html }));
    expect(message).toMatchObject({ text: 'Olá\n', html: '<p>Olá</p>\n' });
  });

  it('a stream plugin sets headers and transforms the bytes, and retries send the same', async () => {
    const { transporter } = openTransport(edition, sandbox());
    let transforms = 0;
    transporter.use(
      'stream',
      plugin(({ message }, done) => {
        message?.setHeader('X-Stamp', 'stamped');
        message?.transform(() => {
          transforms++;
          return new Transform({
            transform(chunk: Buffer, _encoding, next) {
              next(null, chunk.toString('latin1').replaceAll('SECRET', '******'));
            },
          });
        });
        done();
      }),
    );
    sandbox().fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '0' } });
    const message = await sendAndRead(transporter, sandbox(), mail({ text: 'The code is SECRET' }));
    expect(header(message, 'X-Stamp')).toBe('stamped');
    expect(message.text).toBe('The code is ******\n');
    expect(transforms).toBe(1);
  });

  it.each(['compile', 'stream'] as const)(
    'an error of a %s plugin is the error of the send, and nothing is sent',
    async (step) => {
      const { transporter } = openTransport(edition, sandbox());
      const refusal = Object.assign(new Error('not in this house'), { code: 'EHOUSE' });
      transporter.use(
        step,
        plugin((_mail, done) => done(refusal)),
      );
      const before = sandbox().stats().submissions;
      await expect(transporter.sendMail(mail())).rejects.toBe(refusal);
      expect(sandbox().stats().submissions).toBe(before);
      expect(transporter.isIdle()).toBe(true);
    },
  );

  it('are those of their own transporter, also where two share a transport', async () => {
    const { transport, transporter } = openTransport(edition, sandbox());
    const other = edition.createTransport(transport);
    transporter.use(
      'compile',
      plugin(({ data }, done) => {
        data.subject = 'Changed';
        done();
      }),
    );
    expect((await sendAndRead(other, sandbox(), mail())).subject).toBe('Hello');
    expect((await sendAndRead(transporter, sandbox(), mail())).subject).toBe('Changed');
  });

  it('images in data URLs become attachments when the message asks for it', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const html = `<p>Logo: <img src="data:image/png;base64,${Buffer.from('a picture').toString('base64')}"></p>`;
    const message = await sendAndRead(transporter, sandbox(), mail({ html, attachDataUrls: true }));
    const [image] = message.attachments;
    expect(image).toMatchObject({ contentType: 'image/png', content: Buffer.from('a picture') });
    expect(message.html).toContain(`src="cid:${image?.contentId}"`);
  });
});
