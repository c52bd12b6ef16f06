import { describe, expect, it } from 'vitest';
import { editions, failureOf, mail, openTransport, sandboxOfFile } from './support.js';

const sandbox = sandboxOfFile();

describe.each(editions)('addresses of an envelope, $name', (edition) => {
  it.each(['a@evil.example@good.example', 'ana@example.com\r\nX-Evil: 1', 'a;b@example.com'])(
    'that are not one address become no Bcc: %j',
    async (address) => {
      const { transporter } = openTransport(edition, sandbox());
      const envelope = { from: 'noreply@contoso.example', to: ['ana@example.com', { name: '', address }] };
      const requests = () =>
        sandbox()
          .requests()
          .filter(({ path }) => path.includes('sendMail')).length;
      const before = requests();
      const end = await transporter.sendMail(mail({ envelope } as never)).then(
        ({ messageId }) => messageId,
        () => undefined,
      );
      // Nodemailer quotes some of them, which makes them one address; what it leaves as it is must not reach Graph.
      if (end === undefined) expect(requests()).toBe(before);
      else {
        const [arrived] = await sandbox().messages({ messageId: end });
        expect(arrived?.bcc).toHaveLength(1);
        expect(arrived?.bcc[0]?.address).toMatch(/^".+"@/);
      }
    },
  );

  it('with letters outside ASCII before the @ are refused', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const envelope = { from: 'noreply@contoso.example', to: ['ana@example.com', 'jõgeva@example.com'] };
    const error = await failureOf(edition, transporter.sendMail(mail({ envelope })));
    expect(error).toMatchObject({ code: 'EENVELOPE', command: 'API', rejected: ['jõgeva@example.com'] });
  });
});
