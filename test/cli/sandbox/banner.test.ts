import { describe, expect, it } from 'vitest';
import { type SandboxAddress, sandboxBanner } from '../../../src/cli/sandbox/sandbox-command.js';

const usual: SandboxAddress = {
  inboxUrl: 'http://127.0.0.1:8025/',
  url: 'https://localhost:8443',
  names: [],
  tenantId: '7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee',
  clientId: 'c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee',
  secret: 'graph-sandbox',
  mailboxes: ['noreply@contoso.example'],
  anyMailbox: false,
  certificateFile: '/home/ana/shop/.graph-sandbox/certificate.pem',
  caFile: '/home/ana/shop/.graph-sandbox/ca.pem',
  folder: '/home/ana/shop/.graph-sandbox',
};
const banner = (changes: Partial<SandboxAddress> = {}, from = '/home/ana/shop') =>
  sandboxBanner({ ...usual, ...changes }, from, 'linux');

describe('what the sandbox prints at its start', () => {
  it('says who it is, where its files are and what to paste', () => {
    expect(banner()).toBe(`Inbox             http://127.0.0.1:8025/
Entra and Graph   https://localhost:8443
Tenant id         7e4a4e11-5a4d-4b0c-9c0d-e5a9d0c0ffee
Client id         c11e4701-5a4d-4b0c-9c0d-e5a9d0c0ffee
Client secret     graph-sandbox
Mailbox           noreply@contoso.example
Certificate, key  .graph-sandbox/certificate.pem
Authority (CA)    .graph-sandbox/ca.pem
For a key, a .env and a first mail of your own, paste into another terminal:
npx nodemailer-graph-transport setup --sandbox http://127.0.0.1:8025/
Snippets for other clients: http://127.0.0.1:8025/#/connect
Ctrl-C ends it and deletes the mail; the tenant stays in .graph-sandbox.
`);
  });

  it.each<[string, Partial<SandboxAddress>]>([
    ['usually', {}],
    ['at most', { httpUrl: 'http://localhost:8080', host: '0.0.0.0', names: ['sandbox', 'mail'], anyMailbox: true }],
    ['with long names', { url: 'https://[2001:db8:0:1:2:3:4:5]:65535', names: ['sandbox.graph.svc.cluster.local'] }],
    ['with many mailboxes', { mailboxes: ['a@contoso.example', ...Array<string>(99).fill('b@contoso.example')] }],
  ])('is %s 15 lines of 80 columns', (_, changes) => {
    const lines = banner(changes).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(15);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each<[Partial<SandboxAddress>, string]>([
    [{ mailboxes: ['a@x.example', 'b@x.example'] }, 'Mailboxes         a@x.example, b@x.example\n'],
    [{ mailboxes: ['a@x.example', 'b@x.example', 'c@x.example'] }, 'Mailboxes         a@x.example, 2 more\n'],
    [{ anyMailbox: true }, 'Mailboxes         noreply@contoso.example, any other address\n'],
    [{ httpUrl: 'http://localhost:8080' }, '\n  plain HTTP      http://localhost:8080\n'],
    [{ host: '0.0.0.0' }, '\nListens on        0.0.0.0\n'],
    [{ names: ['sandbox', 'mail'] }, '\nOther names       sandbox, mail\n'],
  ])('with %o it says so', (changes, line) => {
    expect(banner(changes)).toContain(line);
  });

  it.each([
    ['/home/ana', 'shop/.graph-sandbox/ca.pem'],
    ['/home/ana/shop/.graph-sandbox', 'ca.pem'],
    ['/home/ana/other', '/home/ana/shop/.graph-sandbox/ca.pem'],
    ['/home/ana/shop/.graph', '/home/ana/shop/.graph-sandbox/ca.pem'],
  ])('from %s it names the file as %s', (from, file) => {
    expect(banner({}, from)).toContain(`\nAuthority (CA)    ${file}\n`);
  });
});
