import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signatureHolds } from './dkim-signature.js';
import { editions, mail, openTransport, sandboxOfFile, sendAndRead } from './support.js';

const sandbox = sandboxOfFile();
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const dkim = {
  domainName: 'contoso.example',
  keySelector: 'mail',
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
};

describe.each(editions)('DKIM, $name', (edition) => {
  it('a message that brings a key is signed, and the signature holds as sent', async () => {
    const { transporter } = openTransport(edition, sandbox());
    const envelope = { from: 'noreply@contoso.example', to: ['ana@example.com', 'bob@example.com'] };
    const message = await sendAndRead(transporter, sandbox(), mail({ dkim, envelope, text: 'Hello\nAna  \n\n' }));
    expect(message.bcc).toHaveLength(1);
    expect(signatureHolds(message.raw, publicKey)).toBe(true);
  });

  it('a key among the defaults signs every message', async () => {
    const { transporter } = openTransport(edition, sandbox(), {}, { dkim });
    const attachments = [{ filename: 'a.bin', content: Buffer.alloc(100_000, 7) }];
    const message = await sendAndRead(transporter, sandbox(), mail({ attachments, html: '<p>Olá</p>' }));
    expect(signatureHolds(message.raw, publicKey)).toBe(true);
  });
});
