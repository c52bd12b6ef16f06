import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answers, Mode, Scope } from '../../../src/cli/setup/common/answers.js';
import { allHandouts } from '../../../src/cli/setup/handouts/all-handouts.js';
import { rotationHandout } from '../../../src/cli/setup/handouts/rotation.js';
import type { CloudName } from '../../../src/options/types.js';
import { certificate } from './bash-harness.js';
import { powerShellValue } from './powershell-tokens.js';

const hasPowerShell = spawnSync('pwsh', ['-NoProfile', '-Command', 'exit 0']).status === 0;
if (!hasPowerShell) console.warn('pwsh is not installed: the cmdlets in the handouts are not parsed');

const name = 'Bob\u2019s "news" $HOME `id` $(Get-Mailbox) caf\u00e9';
const mailboxes = ["o'neil$x`@contoso.com", 'c@b\u00fccher.example'] as [string, string];
const deniedMailbox = "b'$oss@contoso.com";
const group: Scope = { kind: 'group', address: "g'$roup\u2019s-of-all-the-mailers@contoso.com" };
const filter: Scope = { kind: 'filter', filter: 'City -eq \'graph \u2018mailer\u2019\' -and City -like "$x*"' };
const ids = {
  clientId: '22222222-aaaa-bbbb-cccc-dddddddddddd',
  objectId: '33333333-aaaa-bbbb-cccc-dddddddddddd',
};

/** The parameters of each cmdlet in the handouts, from its reference (MicrosoftDocs/office-docs-powershell). */
const CMDLETS: Record<string, string[]> = {
  'Add-DistributionGroupMember': ['Identity', 'Member', 'BypassSecurityGroupManagerCheck'],
  'Connect-ExchangeOnline': ['ExchangeEnvironmentName'],
  'ForEach-Object': [],
  'Format-List': ['Property'],
  'Get-ApplicationAccessPolicy': [],
  'Get-ConnectionInformation': [],
  'Get-DistributionGroup': ['Identity'],
  'Get-DistributionGroupMember': ['Identity', 'ResultSize'],
  'Get-Mailbox': ['Identity'],
  'Get-ManagementRoleAssignment': ['Role'],
  'Get-Recipient': ['Filter', 'ResultSize'],
  'Get-ServicePrincipal': ['Identity'],
  'Install-Module': ['Scope'],
  'New-ApplicationAccessPolicy': ['AppId', 'PolicyScopeGroupId', 'AccessRight', 'Description'],
  'New-DistributionGroup': [
    'Type',
    'Name',
    'DisplayName',
    'Alias',
    'PrimarySmtpAddress',
    'MemberJoinRestriction',
    'MemberDepartRestriction',
  ],
  'New-Mailbox': ['Shared', 'Name', 'Alias', 'PrimarySmtpAddress'],
  'New-ManagementRoleAssignment': ['Name', 'App', 'Role', 'RecipientGroupScope', 'CustomResourceScope'],
  'New-ManagementScope': ['Name', 'RecipientRestrictionFilter'],
  'New-ServicePrincipal': ['AppId', 'ObjectId', 'DisplayName'],
  'Remove-ApplicationAccessPolicy': ['Identity'],
  'Remove-ManagementRoleAssignment': ['Identity'],
  'Remove-ManagementScope': ['Identity'],
  'Remove-ServicePrincipal': ['Identity'],
  'Select-Object': ['Unique'],
  'Set-DistributionGroup': ['Identity', 'HiddenFromAddressListsEnabled', 'BypassSecurityGroupManagerCheck'],
  'Test-ApplicationAccessPolicy': ['AppId', 'Identity'],
  'Test-ServicePrincipalAuthorization': ['Identity', 'Resource'],
  'Where-Object': [],
  'Write-Warning': [],
};
const PROGRAMS = ['cd', 'node', 'npx', 'powershell', 'pwsh'];

interface Command {
  name: string;
  /** Each parameter with the text of its argument; a switch has none. */
  parameters: { name: string; argument: string | null }[];
}
interface Parsed {
  errors: string[];
  commands: Command[];
}

const clouds: CloudName[] = ['global', 'usgov', 'usgov-dod', 'china'];
const kinds: [mode: Mode, scope: Scope][] = [
  ['rbac', group],
  ['rbac', filter],
  ['policy', group],
];
const cases = clouds.flatMap((cloud) =>
  kinds.flatMap(([mode, scope]) =>
    [
      { known: ids, features: [] },
      { known: {}, features: [] },
      ...(cloud === 'global' ? [{ known: ids, features: ['verify', 'bounces'] as const }] : []),
    ].map(({ known, features }) => ({
      title: `${[mode, ...features].join(', ')} by ${scope.kind}, ${cloud}, ids ${'clientId' in known ? 'known' : 'open'}`,
      mode,
      scope,
      cloud,
      known,
      features,
    })),
  ),
);

function documents({ mode, scope, cloud, known, features }: (typeof cases)[number]) {
  const given = { mode, name, mailboxes, deniedMailbox, scope, createMailbox: true, cloud, features };
  const answers: Answers = { ...given, ...known };
  const paths = { certificatePath: '/key.pem', publicFile: 'graph-mailer.cer', folder: 'out' };
  const rotation = rotationHandout({
    ...{ pem: '', certificate, keyPath: '/new.pem', old: undefined, oldPath: undefined, cloud },
    ...{ tenantId: undefined, clientId: answers.clientId },
  });
  const files = [
    ...allHandouts({ answers, certificate, keyMade: true, ...paths }, '/ca.pem', new Date(0)),
    ...rotation,
  ];
  return files.filter(({ path: at }) => at.endsWith('.md'));
}

/** The blocks of PowerShell in a document, put together. */
const blocks = (text: string) =>
  [...text.matchAll(/^ *```powershell\n([\s\S]*?)^ *```$/gm)].map(([, block]) => block ?? '').join('\n');

describe.skipIf(!hasPowerShell)('cmdlets in the handouts', () => {
  let parsed: Map<string, Parsed>;
  const key = (title: string, at: string) => `${title}: ${at}`;

  // All of them in one process, which is slow to start.
  beforeAll(() => {
    const texts = cases.flatMap((one) =>
      documents(one).map((file) => ({ key: key(one.title, file.path), text: blocks(file.text) })),
    );
    const folder = mkdtempSync(path.join(tmpdir(), 'handout cmdlets '));
    writeFileSync(path.join(folder, 'texts.json'), JSON.stringify(texts));
    writeFileSync(path.join(folder, 'parse.ps1'), PARSE);
    const done = spawnSync('pwsh', ['-NoProfile', '-File', path.join(folder, 'parse.ps1')], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    });
    rmSync(folder, { recursive: true, force: true });
    expect(done).toMatchObject({ status: 0, stderr: '' });
    parsed = new Map(JSON.parse(done.stdout).map(({ key, ...one }: { key: string } & Parsed) => [key, one]));
  }, 120_000);

  it.each(cases)('are taken by the parser of PowerShell, with parameters that they have: $title', (one) => {
    for (const { path: at } of documents(one)) {
      const { errors, commands } = parsed.get(key(one.title, at)) ?? { errors: ['not parsed'], commands: [] };
      expect({ at, errors }).toEqual({ at, errors: [] });
      for (const { name, parameters } of commands.filter(({ name }) => !PROGRAMS.includes(name))) {
        const known = CMDLETS[name];
        expect(
          parameters.filter((parameter) => !known?.includes(parameter.name)).map((p) => `${name} -${p.name}`),
        ).toEqual([]);
      }
    }
  });

  it.each(cases.filter(({ cloud }) => cloud === 'global'))('hold every value as it was given: $title', (one) => {
    const { commands } = parsed.get(key(one.title, 'exchange-admin/by-hand.md')) ?? { commands: [] };
    const given = (cmdlet: string, parameter: string) =>
      commands
        .filter((command) => command.name === cmdlet)
        .flatMap(({ parameters }) => parameters.filter((p) => p.name === parameter))
        .map(({ argument }) => (/^['(]/.test(argument ?? '') ? powerShellValue(argument ?? '') : argument));
    expect(given('New-Mailbox', 'Name')).toEqual(["o'neil$x`@contoso.com", 'c@b_cher.example']);
    expect(given('New-Mailbox', 'PrimarySmtpAddress')).toEqual(mailboxes);
    expect(given('New-Mailbox', 'Alias')).toEqual(mailboxes.map((address) => address.split('@')[0]));
    expect(given('Get-Mailbox', 'Identity')).toEqual([...mailboxes, deniedMailbox]);
    if (one.scope.kind === 'group') {
      // Exchange adds 37 characters to it for the name of the scope, and takes 64 of ASCII.
      expect(given('New-DistributionGroup', 'Name')).toEqual(["g'$roup_s-of-all-the-mailer"]);
      expect(given('New-DistributionGroup', 'DisplayName')).toEqual([one.scope.address]);
      expect(given('Add-DistributionGroupMember', 'Member')).toEqual(mailboxes);
    }
    if (one.mode === 'rbac') {
      expect(given('New-ServicePrincipal', 'DisplayName')).toEqual([name]);
      const roles = ['Application Mail.Send', ...(one.features.length > 0 ? ['Application Mail.Read'] : [])];
      expect(given('New-ManagementRoleAssignment', 'App')).toEqual(roles.map(() => '$ObjectId'));
      expect(given('New-ManagementRoleAssignment', 'Role')).toEqual(roles);
      // Without a scope, the right would be for every mailbox.
      expect([
        ...given('New-ManagementRoleAssignment', 'RecipientGroupScope'),
        ...given('New-ManagementRoleAssignment', 'CustomResourceScope'),
      ]).toEqual(roles.map(() => (one.scope.kind === 'group' ? '"$($Group.Guid)"' : '"Mail $AppId"')));
      expect(given('Test-ServicePrincipalAuthorization', 'Resource')).toEqual([...mailboxes, deniedMailbox]);
    } else {
      expect(given('New-ApplicationAccessPolicy', 'PolicyScopeGroupId')).toEqual([
        group.kind === 'group' && group.address,
      ]);
      expect(given('New-ApplicationAccessPolicy', 'AccessRight')).toEqual(['RestrictAccess']);
      expect(given('Test-ApplicationAccessPolicy', 'Identity')).toEqual([...mailboxes, deniedMailbox]);
    }
  });
});

const PARSE = `
$ErrorActionPreference = 'Stop'
$texts = @(Get-Content -Raw -LiteralPath (Join-Path $PSScriptRoot 'texts.json') | ConvertFrom-Json)
$result = foreach ($one in $texts) {
    $tokens = $null
    $errors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseInput($one.text, [ref] $tokens, [ref] $errors)
    $commands = foreach ($command in $ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true)) {
        $elements = @($command.CommandElements)
        $parameters = for ($at = 1; $at -lt $elements.Count; $at++) {
            if ($elements[$at] -isnot [System.Management.Automation.Language.CommandParameterAst]) { continue }
            $next = if ($at + 1 -lt $elements.Count) { $elements[$at + 1] }
            $argument = if ($next -and $next -isnot [System.Management.Automation.Language.CommandParameterAst]) { $next.Extent.Text }
            [ordered]@{ name = $elements[$at].ParameterName; argument = $argument }
        }
        [ordered]@{ name = $command.GetCommandName(); parameters = @($parameters) }
    }
    [ordered]@{ key = $one.key; errors = @($errors | ForEach-Object { "$($_.Message) $($_.Extent.Text)" }); commands = @($commands) }
}
ConvertTo-Json -Depth 10 -Compress -InputObject @($result)
`;
