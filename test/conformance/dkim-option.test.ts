import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signatureHolds } from './dkim-signature.js';
import { editions, header, mail, openTransport, sandboxOfFile, sendAndRead } from './support.js';

const sandbox = sandboxOfFile();
const key = (selector: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { dkim: { domainName: 'contoso.example', keySelector: selector, privateKey: pem }, publicKey };
};
const ours = key('transport');
const own = key('message');

describe.each(editions)('the option dkim, $name', (edition) => {
  it('signs every message, and the signature holds as sent', async () => {
    const { transporter } = openTransport(edition, sandbox(), { dkim: ours.dkim });
    for (const changes of [{}, { bcc: 'archive@contoso.example', html: '<p>Olá</p>' }]) {
      const message = await sendAndRead(transporter, sandbox(), mail(changes));
      expect(header(message, 'DKIM-Signature')).toMatch(/d=contoso\.example;.*s=transport;/);
      expect(signatureHolds(message.raw, ours.publicKey)).toBe(true);
    }
  });

  it('gives way to the key of a message', async () => {
    const { transporter } = openTransport(edition, sandbox(), { dkim: ours.dkim });
    const message = await sendAndRead(transporter, sandbox(), mail({ dkim: own.dkim }));
    expect(message.headers.filter(({ name }) => name === 'DKIM-Signature')).toHaveLength(1);
    expect(signatureHolds(message.raw, own.publicKey)).toBe(true);
  });

  it('signs for each transporter on top of the transport', async () => {
    const { transport } = openTransport(edition, sandbox(), { dkim: ours.dkim });
    for (const transporter of [edition.createTransport(transport), edition.createTransport(transport)]) {
      const message = await sendAndRead(transporter, sandbox(), mail());
      expect(signatureHolds(message.raw, ours.publicKey)).toBe(true);
    }
  });
});
