import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { closingText } from '../../../src/cli/setup/closing-text.js';
import type { Answers, HandoutInput, Mode } from '../../../src/cli/setup/common/answers.js';
import { publicCertificate } from '../../../src/cli/setup/common/certificate.js';
import { allHandouts } from '../../../src/cli/setup/handouts/all-handouts.js';
import { rotationHandout } from '../../../src/cli/setup/handouts/rotation.js';
import { POLICY_WAITING } from '../../../src/cli/setup/scripts/restrict-policy-ps1.js';
import type { CloudName } from '../../../src/options/types.js';
import { makeCertificate } from '../../helpers/certificates.js';

const certificate = publicCertificate(makeCertificate().certificate);

function input(mode: Mode, more: Partial<Answers> = {}): HandoutInput {
  const answers: Answers = {
    ...{ mode, name: 'graph-mailer', cloud: 'global', createMailbox: false },
    ...{ mailboxes: ['noreply@contoso.com'], deniedMailbox: 'director@contoso.com' },
    ...{ scope: { kind: 'group', address: 'graph-mailers@contoso.com' } },
    ...more,
  };
  const files = { certificatePath: '/key.pem', keyMade: true, publicFile: 'graph-mailer.cer', folder: 'graph-mailer' };
  return { answers, certificate, ...files };
}

function text(handout: HandoutInput, path: string): string {
  const file = allHandouts(handout, '/ca.pem', new Date(0)).find((one) => one.path === path);
  if (!file) throw new Error(`there is no ${path}`);
  return file.text;
}

describe.each(['rbac', 'policy'] as const)('the handouts, by %s', (mode) => {
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

describe('the handouts', () => {
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
    ['usgov-dod', ['https://entra.microsoft.us'], 'O365USGovDoD', 'dod-graph.microsoft.us'],
    ['china', ['AzureChinaCloud'], 'O365China', 'login.chinacloudapi.cn'],
  ] as const)('name the hosts and environments of %s', (cloud: CloudName, entra, exchange, env) => {
    const handout = input('rbac', { cloud });
    for (const word of entra) expect(text(handout, 'entra-admin/README.md')).toContain(word);
    expect(text(handout, 'exchange-admin/restrict-mailboxes.ps1')).toContain(exchange);
    expect(text(handout, 'developer/.env')).toContain(env);
    for (const { path, text: script } of allHandouts(handout, '/ca.pem', new Date(0)))
      if (/\.(sh|ps1)$/.test(path)) expect(script).not.toContain('https://graph.microsoft.com');
  });

  it.each([
    ['global', ['sh', 'ps1']],
    ['usgov', ['sh', 'ps1']],
    ['usgov-dod', ['ps1']],
    ['china', ['sh']],
  ] as const)('have no script and name none that cannot work in %s, but the portal', (cloud: CloudName, kinds) => {
    const rotated = { pem: '', keyPath: '/new.pem', old: undefined, oldPath: undefined };
    const files = [
      ...allHandouts(input('policy', { cloud }), '/ca.pem', new Date(0)),
      ...rotationHandout({ ...rotated, certificate, tenantId: undefined, clientId: undefined, cloud }),
    ];
    const names = files.map(({ path }) => path);
    for (const script of ['register-app', 'grant-mail-send', 'add-certificate']) {
      const there = (['sh', 'ps1'] as const).filter((kind) => names.includes(`entra-admin/${script}.${kind}`));
      expect([script, there]).toEqual([script, kinds]);
      for (const kind of ['sh', 'ps1'] as const) {
        const named = files.some(({ path, text }) => path.endsWith('.md') && text.includes(`${script}.${kind}`));
        expect([script, kind, named]).toEqual([script, kind, there.includes(kind)]);
      }
    }
    const readmes = files.filter(({ path }) => path === 'entra-admin/README.md').map((file) => file.text);
    expect(readmes).toHaveLength(2);
    for (const readme of readmes) expect(readme).toMatch(/Certificates & secrets > Certificates > Upload certificate/);
  });

  it('give an administrator who runs no script of strangers the same by cmdlets and clicks', () => {
    for (const mode of ['rbac', 'policy'] as const) {
      const readme = text(input(mode), 'exchange-admin/README.md');
      expect(readme).toContain('by-hand.md');
      expect(readme).toContain('-WhatIf');
      const page = text(input(mode), 'exchange-admin/by-hand.md');
      expect(page).toMatch(/Recipients > Groups > \*\*Add a group\*\* > Group type: \*\*Mail-enabled security\*\*/);
      const byHand = text(input(mode, { createMailbox: true }), 'exchange-admin/by-hand.md');
      const both = ['New-Mailbox', 'New-DistributionGroup', 'Set-DistributionGroup', 'Add-DistributionGroupMember'];
      const own = {
        rbac: ['New-ServicePrincipal', 'New-ManagementRoleAssignment', 'Test-ServicePrincipalAuthorization'],
        policy: ['New-ApplicationAccessPolicy', 'Test-ApplicationAccessPolicy'],
      };
      for (const cmdlet of [...both, ...own[mode]]) expect(byHand).toContain(`${cmdlet} -`);
    }
  });

  it('call access policies legacy', () => {
    expect(text(input('policy'), 'exchange-admin/README.md')).toContain('**legacy**');
    expect(text(input('rbac'), 'exchange-admin/README.md')).not.toContain('legacy');
  });

  it('say which PowerShell goes with which module', () => {
    expect(text(input('rbac'), 'exchange-admin/README.md')).toMatch(
      /3\.10[\s\S]*PowerShell \*\*7\.6\*\* or later, or 5\.1/,
    );
    expect(text(input('rbac'), 'entra-admin/README.md')).toMatch(/PowerShell 7 before Windows PowerShell 5\.1/);
  });

  it('say that a certificate is self-signed, and what may refuse it', () => {
    const readme = text(input('rbac'), 'entra-admin/README.md');
    expect(readme).toContain('It is self-signed.');
    expect(readme).toContain('app management policies');
    const fromAuthority = { ...input('rbac'), certificate: { ...certificate, selfSigned: false } };
    expect(text(fromAuthority, 'entra-admin/README.md')).toContain('It is from a certificate authority.');
  });

  it('tell in a rotation of another product with the same certificate, before the old one is removed', () => {
    const rotated = { pem: '', keyPath: '/new.pem', old: undefined, oldPath: undefined, cloud: 'global' as const };
    const files = rotationHandout({ ...rotated, certificate, tenantId: undefined, clientId: undefined });
    const steps = files.find(({ path }) => path === 'developer/README.md')?.text ?? '';
    expect(steps).toMatch(/eLegere[\s\S]*-legacy[\s\S]*remove the old one/);
  });

  it('have a page for one person in all three roles, with the steps in an order that opens nothing', () => {
    const order = (mode: Mode, ...words: string[]) => {
      const page = text(input(mode), 'one-administrator.md');
      const at = words.map((word) => page.indexOf(word));
      expect(at).not.toContain(-1);
      expect(at).toEqual([...at].sort((a, b) => a - b));
    };
    order(
      'rbac',
      'register-app.sh',
      'developer/.env`',
      'restrict-mailboxes.ps1',
      '**Wait**',
      'doctor',
      'send-test.mjs',
      'Fill in',
    );
    order(
      'policy',
      'register-app.sh',
      'restrict-mailboxes.ps1',
      '**Wait**',
      'grant-mail-send.sh',
      'doctor',
      'send-test.mjs',
    );
    expect(text(input('rbac'), 'one-administrator.md')).not.toContain('grant-mail-send');
    const sandbox = { url: 'https://127.0.0.1:1', inboxUrl: 'http://127.0.0.1:2/', ca: '' };
    const files = allHandouts({ ...input('rbac'), sandbox }, '/ca.pem', new Date(0));
    expect(files.map(({ path }) => path)).not.toContain('one-administrator.md');
  });

  it.each(['rbac', 'policy'] as const)(
    'run each script by its whole path, so that any step can be pasted anywhere, by %s',
    (mode) => {
      const handout = { ...input(mode), folder: 'my packets' };
      for (const cloud of ['global', 'usgov-dod'] as const) {
        const page = text({ ...handout, answers: { ...handout.answers, cloud } }, 'one-administrator.md');
        const blocks = [...page.matchAll(/```(?:sh|powershell)\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
        expect(blocks.join('')).not.toMatch(/^\s*cd /m);
        const scripts = blocks.join('').match(/[^' ]*[\w ./-]+\.(?:sh|ps1)(?=')/g) ?? [];
        expect(scripts).toHaveLength(mode === 'policy' ? 3 : 2);
        for (const script of scripts)
          expect(script).toBe(path.resolve('my packets', script.split('my packets/')[1] ?? ''));
        expect(page).toContain(path.resolve('my packets/developer/.env'));
      }
    },
  );

  it('tell of the second application on every page that says what is to be done or what is allowed', () => {
    const trace = { name: 'graph-mailer-trace', certificate, certificatePath: '/trace.pem' };
    for (const [page, words] of [
      ['one-administrator.md', /entra-admin\/trace\/README\.md[\s\S]*GRAPH_MAIL_TRACE_CLIENT_ID[\s\S]*--probe --trace/],
      ['developer/README.md', /\/trace\.pem[\s\S]*GRAPH_MAIL_TRACE_CLIENT_ID[\s\S]*--probe --trace/],
      ['sign-off.md', /graph-mailer-trace.*ExchangeMessageTrace\.Read\.All/],
    ] as const) {
      expect(text({ ...input('rbac'), trace }, page), page).toMatch(words);
      expect(text(input('rbac'), page), page).not.toContain('trace');
    }
  });

  it.each([
    ['rbac', ['a@contoso.com'], ''],
    ['policy', ['a@contoso.com', 'b@contoso.com'], ' --mailbox a@contoso.com --mailbox b@contoso.com'],
  ] as const)('end with the command that checks all of it, by %s', (mode, [first, ...others], flags) => {
    const printed = closingText(input(mode, { mailboxes: [first, ...others] }), 'linux');
    expect(printed).toContain(
      `npx nodemailer-graph-transport doctor --env-file graph-mailer/developer/.env --mode ${mode}${flags} --denied-mailbox director@contoso.com --probe\n`,
    );
  });

  it('leave out what Microsoft Graph PowerShell cannot do in China', () => {
    const { answers, ...rest } = input('policy', { cloud: 'china' });
    const files = allHandouts({ answers, ...rest }, '/ca.pem', new Date(0)).map(({ path }) => path);
    expect(files.filter((path) => path.endsWith('.ps1'))).toEqual(['exchange-admin/restrict-mailboxes.ps1']);
    const readme = text(input('policy', { cloud: 'china' }), 'entra-admin/README.md');
    expect(readme).toContain('There is no script for Microsoft Graph PowerShell');
    expect(readme).not.toMatch(/register-app\.ps1|grant-mail-send\.ps1/);
    expect(text(input('policy'), 'entra-admin/README.md')).toContain('grant-mail-send.ps1');
  });

  it('tell on Windows how to keep the key to oneself', () => {
    expect(closingText(input('rbac'), 'win32')).toContain('icacls');
    expect(closingText(input('rbac'), 'linux')).not.toContain('icacls');
  });

  it('name the folder by its whole path in what is to be typed, as they are read later and elsewhere, and quote it', () => {
    const handout = { ...input('rbac'), folder: 'my packets' };
    expect(text(handout, 'developer/README.md')).toContain(
      `node '${path.resolve('my packets/developer/send-test.mjs')}'`,
    );
  });
});

describe('what a careless hand could open', () => {
  const plain = (text: string) => text.replaceAll(/\n *(?:# *)?/g, ' ');

  it('has the application disabled before its policy is removed, as tokens from before keep the permission', () => {
    for (const path of ['exchange-admin/README.md', 'one-administrator.md']) {
      const page = text(input('policy'), path);
      const undo = plain(page.slice(page.search(/^(?:## )?To undo/m)));
      expect(undo, path).toMatch(/first.*disable the Enterprise application.*revoke `?Mail\.Send.*24 hours at most/i);
      const removing = undo.search(/Remove-ApplicationAccessPolicy|"To undo" in/);
      expect(removing, path).toBeGreaterThan(undo.search(/disable the Enterprise application/));
      expect(plain(text(input('rbac'), path)), path).not.toContain('disable the Enterprise application');
    }
  });

  it('assigns nothing by hand when the group was not found', () => {
    const page = text(input('rbac'), 'exchange-admin/by-hand.md');
    const block = /```powershell\n(\$Group = \$null\n[\s\S]*?)```/.exec(page)?.[1] ?? '';
    expect(block).toMatch(
      /^\$Group = \$null\n\$Group = Get-.*\nif \(\$Group\) \{\n +New-ManagementRoleAssignment .*\n\} else \{\n/,
    );
    expect(page.match(/New-ManagementRoleAssignment/g)).toHaveLength(1);
  });

  it('has a pause between looking at what a filter finds and making the scope of it', () => {
    const page = text(
      input('rbac', { scope: { kind: 'filter', filter: "City -eq 'x'" } }),
      'exchange-admin/by-hand.md',
    );
    const blocks = [...page.matchAll(/```powershell\n([\s\S]*?)```/g)].map(([, block]) => block ?? '');
    expect(blocks.filter((block) => block.includes('Get-Recipient'))).toHaveLength(1);
    expect(blocks.filter((block) => block.includes('New-ManagementScope'))).toHaveLength(1);
    expect(blocks.some((block) => block.includes('Get-Recipient') && block.includes('New-'))).toBe(false);
  });

  it.each([
    ['global', /\(grant-mail-send\.sh or grant-mail-send\.ps1\)/, /Azure Cloud Shell will do/],
    ['usgov-dod', /\(grant-mail-send\.ps1\)/, /Install-Module Microsoft\.Graph\.Applications/],
    ['china', /\(grant-mail-send\.sh\)/, /Azure Cloud Shell will do/],
  ] as const)('names only the scripts and tools that there are in %s', (cloud, scripts, tool) => {
    expect(text(input('policy', { cloud }), 'exchange-admin/restrict-mailboxes.ps1')).toMatch(scripts);
    const page = text(input('policy', { cloud }), 'one-administrator.md');
    expect(page).toMatch(tool);
    expect(page.includes('Azure Cloud Shell')).toBe(cloud !== 'usgov-dod');
  });

  it('tells how long a policy takes in one sentence, wherever it tells it', () => {
    const files = allHandouts(input('policy'), '/ca.pem', new Date(0));
    const telling = files.filter((file) => file.text.includes(POLICY_WAITING)).map(({ path }) => path);
    expect(telling).toEqual(
      expect.arrayContaining([
        ...['entra-admin/grant-mail-send.sh', 'entra-admin/grant-mail-send.ps1'],
        ...['exchange-admin/restrict-mailboxes.ps1', 'exchange-admin/README.md', 'one-administrator.md'],
      ]),
    );
    for (const page of ['docs/guide.md', 'docs/facts.md']) {
      expect(readFileSync(page, 'utf8'), page).toContain(POLICY_WAITING);
    }
  });

  it('says after a grant what has to be restarted, and that tokens last up to a day', () => {
    for (const name of ['grant-mail-send.sh', 'grant-mail-send.ps1']) {
      const script = text(input('policy'), `entra-admin/${name}`);
      expect(script).toContain('This program fetches a new token when it is next refused; restart any other product');
      expect(plain(script)).toMatch(/Tokens from before keep the permission for up to 24 hours/);
      expect(script).not.toContain('about an hour');
    }
  });

  it('says that Graph PowerShell needs a consent of its own', () => {
    const consent = /administrator must have consented to .*Application\.ReadWrite\.All/;
    expect(plain(text(input('rbac'), 'entra-admin/register-app.ps1'))).toMatch(consent);
    const files = rotationHandout({
      ...{ pem: '', certificate, keyPath: '/new.pem', old: undefined, oldPath: undefined },
      ...{ cloud: 'global', tenantId: undefined, clientId: undefined },
    });
    for (const name of [/add-certificate\.ps1$/, /entra-admin.*\.md$/]) {
      const found = files.find(({ path }) => name.test(path))?.text ?? '';
      expect(plain(found), String(name)).toMatch(consent);
    }
  });
});
