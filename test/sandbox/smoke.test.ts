import { expect, it } from 'vitest';
import https from 'node:https';
import { createHash, sign, constants, randomUUID, X509Certificate } from 'node:crypto';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { startSandbox } from '/work/main/src/sandbox/index.js';
it('works', async () => {
  const s = await startSandbox();
  const agent = new https.Agent({ ca: s.ca, keepAlive: true });
  const send = (method: string, url: string, headers: any = {}, body = '') => new Promise<any>((res, rej) => {
    const r = https.request(url, { method, headers, agent }, (m) => { let t = ''; m.on('data', (c) => t += c); m.on('end', () => res({ status: m.statusCode, headers: m.headers, body: t })); });
    r.on('error', rej); r.end(body);
  });
  const cca = new ConfidentialClientApplication({ auth: { clientId: s.options.clientId, authority: `${s.url}/${s.options.tenantId}`, knownAuthorities: [new URL(s.url).host],
    clientCertificate: { thumbprintSha256: new X509Certificate(s.options.certificate).fingerprint256.replaceAll(':',''), privateKey: s.options.certificate.slice(s.options.certificate.indexOf('-----BEGIN PRIVATE')) } },
    system: { networkClient: { sendGetRequestAsync: async (u: string, o: any) => { const a = await send('GET', u, o?.headers, o?.body); return { ...a, body: JSON.parse(a.body) }; }, sendPostRequestAsync: async (u: string, o: any) => { const a = await send('POST', u, o?.headers, o?.body); console.log(a.body.slice(0, 200)); return { ...a, body: JSON.parse(a.body) }; } } as any } });
  const t = await cca.acquireTokenByClientCredential({ scopes: [`${s.url}/.default`] });
  const mime = Buffer.from('From: noreply@contoso.example\r\nTo: a@x.example\r\nBcc: b@x.example\r\nSubject: =?utf-8?Q?h=C3=A4?=\r\n\r\nhello').toString('base64');
  const a = await send('POST', `${s.url}/v1.0/users/noreply%40contoso.example/sendMail`, { authorization: `Bearer ${t!.accessToken}`, 'content-type': 'text/plain' }, mime);
  console.log(a);
  console.log(await s.messages(), s.stats(), s.requests(), s.mailbox('noreply@contoso.example'));
  s.fault({ on: 'sendMail', reset: 'before-answer', delivered: true });
  await expect(send('POST', `${s.url}/v1.0/users/noreply%40contoso.example/sendMail`, { authorization: `Bearer ${t!.accessToken}`, 'content-type': 'text/plain' }, mime)).rejects.toThrow('ECONNRESET');
  console.log(s.stats());
  const t0 = performance.now(); const n = 3000;
  let left = n; await Promise.all(Array.from({ length: 4 }, async () => { while (left-- > 0) { const r = await send('POST', `${s.url}/v1.0/users/noreply%40contoso.example/sendMail`, { authorization: `Bearer ${t!.accessToken}`, 'content-type': 'text/plain' }, Buffer.from(mime, 'base64').toString('base64') ); if (r.status !== 202) throw new Error(r.status+r.body); } }));
  console.log('rate', n / (performance.now() - t0) * 1000);
  agent.destroy();
  await s.close();
  await s.close();
});
