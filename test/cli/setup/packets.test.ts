import { describe, expect, it } from 'vitest';
import type { Answers, Mode } from '../../../src/cli/setup/answers.js';
import { publicCertificate } from '../../../src/cli/setup/certificate/public-certificate.js';
import { closingText } from '../../../src/cli/setup/closing-text.js';
import { allPackets } from '../../../src/cli/setup/packets/all-packets.js';
import type { PacketInput } from '../../../src/cli/setup/packets/packet-input.js';
import type { CloudName } from '../../../src/option-types.js';
import { makeCertificate } from '../../helpers/certificates.js';

const certificate = publicCertificate(makeCertificate().certificate);

function input(mode: Mode, more: Partial<Answers> = {}): PacketInput {
  const answers: Answers = {
    ...{ mode, name: 'graph-mailer', cloud: 'global', createMailbox: false },
    ...{ mailboxes: ['noreply@contoso.com'], deniedMailbox: 'director@contoso.com' },
    ...{ scope: { kind: 'group', address: 'graph-mailers@contoso.com' } },
    ...more,
  };
  const files = { certificatePath: '/key.pem', keyMade: true, publicFile: 'graph-mailer.cer', folder: 'graph-mailer' };
  return { answers, certificate, ...files };
}

function text(packet: PacketInput, path: string): string {
  const file = allPackets(packet, '/ca.pem', new Date(0)).find((one) => one.path === path);
  if (!file) throw new Error(`there is no ${path}`);
  return file.text;
}

describe.each(['rbac', 'policy'] as const)('the packets, by %s', (mode) => {
  it.each(['developer', 'entra-admin', 'exchange-admin'])(
    'tell in %s the role, what changes, how long to wait, and how to undo it',
    (who) => {
      const readme = text(input(mode), `${who}/README.md`);
      expect(readme).toMatch(/Least role|Role needed/);
      expect(readme).toMatch(/What changes|Steps/);
      expect(readme).toMatch(/Waiting|Wait:/);
      expect(readme).toContain('## To undo');
    },
  );

  it('show both thumbprints, and which one the portal shows', () => {
    const readme = text(input(mode), 'entra-admin/README.md');
    expect(readme).toContain(`SHA-1, as the portal shows it | \`${certificate.thumbprintSha1}\``);
    expect(readme).toContain(`SHA-256 | \`${certificate.thumbprintSha256}\``);
  });

  it('have a row of proof for every mailbox that may send', () => {
    const page = text(input(mode, { mailboxes: ['a@contoso.com', 'b@contoso.com'] }), 'sign-off.md');
    for (const mailbox of ['a@contoso.com', 'b@contoso.com'])
      expect(page).toMatch(new RegExp(`^\\| \`Test-.*${mailbox}.*(True|Granted)`, 'm'));
  });

  it('have a page for the audit with the proof of an allowed and of a denied mailbox', () => {
    const page = text(input(mode), 'sign-off.md');
    const cmdlet = mode === 'rbac' ? 'Test-ServicePrincipalAuthorization' : 'Test-ApplicationAccessPolicy';
    expect(page).toContain(
      `\`${cmdlet}\` for \`noreply@contoso.com\` | ${mode === 'rbac' ? 'InScope True' : 'AccessCheckResult Granted'}`,
    );
    expect(page).toContain(
      `\`${cmdlet}\` for \`director@contoso.com\` | ${mode === 'rbac' ? 'InScope False' : 'AccessCheckResult Denied'}`,
    );
  });
});

describe('the packets', () => {
  it('speak of Mail.Send in Entra as the last step of an access policy, and as a mistake otherwise', () => {
    expect(text(input('rbac'), 'entra-admin/README.md')).toContain('**Add nothing**');
    expect(text(input('policy'), 'entra-admin/README.md')).toContain('## Last: the consent');
  });

  it('do not let a bar in a filter break a table', () => {
    const scope = { kind: 'filter', filter: "City -eq 'a|b'" } as const;
    expect(text(input('rbac', { scope }), 'sign-off.md')).toContain("`City -eq 'a\\|b'`");
  });

  it.each([
    ['usgov', ['AzureUSGovernment', 'https://entra.microsoft.us'], 'O365USGovGCCHigh', 'login.microsoftonline.us'],
    ['usgov-dod', ['AzureUSGovernment'], 'O365USGovDoD', 'dod-graph.microsoft.us'],
    ['china', ['AzureChinaCloud'], 'O365China', 'login.chinacloudapi.cn'],
  ] as const)('name the hosts and environments of %s', (cloud: CloudName, entra, exchange, env) => {
    const packet = input('rbac', { cloud });
    for (const word of entra) expect(text(packet, 'entra-admin/README.md')).toContain(word);
    expect(text(packet, 'exchange-admin/restrict-mailboxes.ps1')).toContain(exchange);
    expect(text(packet, 'developer/.env')).toContain(env);
    expect(text(packet, 'entra-admin/register-app.sh')).not.toContain('graph.microsoft.com');
  });

  it('leave out what Microsoft Graph PowerShell cannot do in China', () => {
    const { answers, ...rest } = input('policy', { cloud: 'china' });
    const files = allPackets({ answers, ...rest }, '/ca.pem', new Date(0)).map(({ path }) => path);
    expect(files.filter((path) => path.endsWith('.ps1'))).toEqual(['exchange-admin/restrict-mailboxes.ps1']);
    const readme = text(input('policy', { cloud: 'china' }), 'entra-admin/README.md');
    expect(readme).toContain('## One of two ways');
    expect(readme).not.toMatch(/register-app\.ps1|grant-mail-send\.ps1/);
    expect(text(input('policy'), 'entra-admin/README.md')).toContain('grant-mail-send.ps1');
  });

  it('tell on Windows how to keep the key to oneself', () => {
    expect(closingText(input('rbac'), 'win32')).toContain('icacls');
    expect(closingText(input('rbac'), 'linux')).not.toContain('icacls');
  });

  it('quote the folder in what is to be typed', () => {
    const packet = { ...input('rbac'), folder: 'my packets' };
    expect(text(packet, 'developer/README.md')).toContain("node 'my packets/developer/send-test.mjs'");
  });
});
