import { describe, expect, it } from 'vitest';
import type { Answers, Mode, Scope } from '../../../src/cli/setup/common/answers.js';
import { publicCertificate } from '../../../src/cli/setup/common/certificate.js';
import { allHandouts } from '../../../src/cli/setup/handouts/all-handouts.js';
import { rotationHandout } from '../../../src/cli/setup/handouts/rotation.js';
import { makeCertificate } from '../../helpers/certificates.js';
import { powerShellTokens, powerShellValue } from './powershell-tokens.js';

const certificate = publicCertificate(makeCertificate().certificate);
const name = 'Bob\u2019s "news" $HOME `id` $(Get-Mailbox) caf\u00e9';
const mailboxes = ["o'neil$x`@contoso.com", 'c@b\u00fccher.example'] as [string, string];
const deniedMailbox = "b'$oss@contoso.com";
const group: Scope = { kind: 'group', address: "g'$roup@contoso.com" };
const filter: Scope = {
  kind: 'filter',
  filter: 'CustomAttribute1 -eq \'graph \u2018mailer\u2019\' -and City -like "$x*"',
};

function scripts(mode: Mode, scope = group): Record<string, string> {
  const answers: Answers = { mode, name, mailboxes, deniedMailbox, scope, createMailbox: true, cloud: 'global' };
  const handout = {
    answers,
    certificate,
    certificatePath: '/key.pem',
    keyMade: true,
    publicFile: 'graph-mailer.cer',
    folder: 'out',
  };
  const rotation = {
    ...{ pem: '', certificate, keyPath: '/new.pem', old: undefined, oldPath: undefined, cloud: 'global' as const },
    ...{ tenantId: undefined, clientId: undefined },
  };
  const files = [...allHandouts(handout, '/ca.pem', new Date()), ...rotationHandout(rotation)];
  return Object.fromEntries(
    files.filter(({ path }) => path.endsWith('.ps1')).map(({ path, text }) => [path.split('/')[1], text]),
  );
}

const all = [
  ...Object.entries(scripts('rbac')).map(([file, text]) => [`${file}, rbac`, text] as const),
  ...Object.entries(scripts('rbac', filter)).map(([file, text]) => [`${file}, by filter`, text] as const),
  ...Object.entries(scripts('policy')).map(([file, text]) => [`${file}, policy`, text] as const),
];

/** What a variable is set to at the top of a script. */
function assigned(script: string, variable: string): string {
  const expression = new RegExp(`^\\s*(?:\\[string\\] )?\\$${variable} = (.*?),?$`, 'm').exec(script)?.[1] ?? '';
  return powerShellValue(expression);
}

describe.each(all)('%s', (_, script) => {
  it('is ASCII, so that Windows PowerShell 5.1 reads it in any encoding', () => {
    expect(script).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('has its strings ended and its brackets in pairs', () => {
    const open: string[] = [];
    const pairs: Record<string, string> = { ')': '(', ']': '[', '}': '{' };
    for (const { kind, text } of powerShellTokens(script)) {
      if (kind === 'open') open.push(text);
      if (kind === 'close') expect(open.pop()).toBe(pairs[text]);
    }
    expect(open).toEqual([]);
  });

  it('says the least role, what it changes, and how to undo it', () => {
    for (const heading of ['# Least role:', '# Changes:', '# Again:', '# Undo:']) expect(script).toContain(heading);
  });

  it('keeps the modules apart that clash in one window', () => {
    expect(script).toMatch(/Get-Module -Name (ExchangeOnlineManagement|Microsoft\.Graph\.Authentication)/);
  });
});

describe('PowerShell scripts', () => {
  it('hold every value as it was given', () => {
    const { 'register-app.ps1': register = '', 'restrict-mailboxes.ps1': restrict = '' } = scripts('rbac');
    expect(assigned(register, 'AppName')).toBe(name);
    expect(assigned(restrict, 'AppName')).toBe(name);
    expect(assigned(restrict, 'DeniedMailbox')).toBe(deniedMailbox);
    expect(assigned(restrict, 'GroupAddress')).toBe("g'$roup@contoso.com");
    expect(restrict).toContain(`$Allowed = @('o''neil$x\`@contoso.com', ('' + 'c@b' + [char]0xfc + 'cher.example'))`);
    const byFilter = scripts('rbac', filter)['restrict-mailboxes.ps1'] ?? '';
    expect(assigned(byFilter, 'Filter')).toBe(filter.kind === 'filter' && filter.filter);
    const policy = scripts('policy');
    expect(assigned(policy['grant-mail-send.ps1'] ?? '', 'Denied')).toBe(deniedMailbox);
  });

  it('grant nothing in Entra where Exchange grants the right', () => {
    const { 'register-app.ps1': register = '', 'grant-mail-send.ps1': grant } = scripts('rbac');
    expect(grant).toBeUndefined();
    expect(register).not.toMatch(/New-MgServicePrincipalAppRoleAssignment|RequiredResourceAccess/);
  });

  it('ask before what cannot be undone', () => {
    for (const mode of ['rbac', 'policy'] as const) {
      const script = scripts(mode)['restrict-mailboxes.ps1'] ?? '';
      expect(script).toMatch(/CANNOT BE UNDONE[\s\S]*Read-Yes[\s\S]*\n {4}Enable-OrganizationCustomization\n/);
    }
  });

  it('say of a group in the group what the mechanism makes of it', () => {
    // New-ManagementRoleAssignment: direct members. New-ApplicationAccessPolicy: "including nested groups".
    expect(scripts('rbac')['restrict-mailboxes.ps1']).toContain('its members do NOT count');
    const policy = scripts('policy')['restrict-mailboxes.ps1'];
    expect(policy).toContain('ALL of its members may be sent from');
    expect(policy).not.toContain('NOT count');
  });

  it('ask about what a filter finds before they make its scope, and show the filter that is in effect afterwards', () => {
    const script = scripts('rbac', filter)['restrict-mailboxes.ps1'] ?? '';
    expect(script).toMatch(
      /\$Filter = "\$\(\$scope\.RecipientFilter\)"[\s\S]*Get-Recipient[\s\S]*Read-Yes 'Is that[\s\S]*New-ManagementScope[\s\S]*New-ManagementRoleAssignment/,
    );
  });

  it('add members to a group that somebody else owns', () => {
    for (const mode of ['rbac', 'policy'] as const) {
      const adding = /^ *Add-DistributionGroupMember.*$/m.exec(scripts(mode)['restrict-mailboxes.ps1'] ?? '')?.[0];
      expect(adding).toContain('-BypassSecurityGroupManagerCheck');
    }
  });

  // Without PowerShell nothing else sees these.
  it('give each cmdlet the id, the role and the right that it takes', () => {
    const { 'restrict-mailboxes.ps1': rbac, 'register-app.ps1': register } = scripts('rbac');
    expect(rbac).toContain('New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId ');
    expect(rbac).toContain("$Roles = @('Application Mail.Send')\n");
    expect(rbac).toMatch(
      /Name = \$assignmentName; App = \$ObjectId; Role = \$role }\n *\$assignment\.RecipientGroupScope = /,
    );
    expect(rbac).toContain("if ($address -eq $DeniedMailbox) { 'False' } else { 'True' }");
    expect(rbac).toContain('New-DistributionGroup -Type Security ');
    expect(scripts('rbac', filter)['restrict-mailboxes.ps1']).toContain('$assignment.CustomResourceScope = $scopeName');
    const { 'restrict-mailboxes.ps1': policy, 'grant-mail-send.ps1': grant } = scripts('policy');
    expect(policy).toContain('-AppId $AppId -PolicyScopeGroupId $GroupAddress -AccessRight RestrictAccess ');
    expect(policy).toContain("if ($address -eq $DeniedMailbox) { 'Denied' } else { 'Granted' }");
    // permissions-reference: Mail.Send, an application permission.
    expect(grant).toContain("$Permissions = [ordered] @{ 'Mail.Send' = 'b633e1c5-b582-4048-a93e-9f11b44c7e96' }");
    expect(grant).toContain("$GraphApp = '00000003-0000-0000-c000-000000000000'");
    // Update-MgApplication replaces the whole list.
    expect(register).toContain('$keys = $before + @(');
  });

  it('use the one mechanism of their mode, and its own test', () => {
    const { 'restrict-mailboxes.ps1': rbac = '' } = scripts('rbac');
    const { 'restrict-mailboxes.ps1': policy = '' } = scripts('policy');
    expect(rbac).toMatch(
      /New-ServicePrincipal[\s\S]*New-ManagementRoleAssignment[\s\S]*Test-ServicePrincipalAuthorization/,
    );
    expect(rbac).not.toContain('ApplicationAccessPolicy');
    expect(policy).toMatch(/New-ApplicationAccessPolicy[\s\S]*Test-ApplicationAccessPolicy/);
    expect(policy).not.toContain('ManagementRoleAssignment');
  });
});
