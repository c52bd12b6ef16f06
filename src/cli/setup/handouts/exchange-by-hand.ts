import { quotePowerShell } from '../../../common/shell-quoting.js';
import type { Answers } from '../common/answers.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { cell, code } from '../common/quoting.js';
import { rolesOf } from '../common/rights.js';

/** For an administrator who does not run scripts of others: the same as plain cmdlets, and in the admin center where possible. */
export function exchangeByHand(answers: Answers): string {
  const { mode, scope, cloud } = answers;
  const ids = [`$AppId = ${idWord(answers.clientId, 'client id')}`];
  if (mode === 'rbac') ids.push(`$ObjectId = ${idWord(answers.objectId, 'object id')}`);
  return `# By hand, without the script

The same as \`restrict-mailboxes.ps1\`, cmdlet by cmdlet. Nothing here looks whether a thing is there already: leave out what is.
Put the id${mode === 'rbac' ? 's' : ''} that the Entra administrator gave you into the first lines, once; the rest is for you as it stands.

## Cmdlets

Exchange Online PowerShell, in a window of its own.

\`\`\`powershell
${[...ids, `Connect-ExchangeOnline -ExchangeEnvironmentName ${CLOUD_TERMS[cloud].exchange}`].join('\n')}
Get-ConnectionInformation | Format-List -Property TenantID, UserPrincipalName, State   # the right tenant?
\`\`\`

${steps(answers)
  .map(({ title, cmdlets }, index) => `${index + 1}. ${title}\n\n\`\`\`powershell\n${cmdlets.join('\n')}\n\`\`\`\n`)
  .join('\n')}
If a cmdlet that makes something is refused because the organization was never customized: \`Enable-OrganizationCustomization\`,
**which cannot be undone**, then an hour of patience.

To undo, see README.md.

## Clicks

In the Exchange admin center, as Microsoft documents it ("Manage groups", "Create shared mailboxes"; it may have moved since). It is
for ${scope.kind === 'group' ? 'mailboxes and group' : 'the mailboxes'} alone: for ${mode === 'rbac' ? 'the service principal, the role assignment' : 'the policy'} and the proof, Microsoft documents PowerShell and no page.

${clicks(answers)}
`;
}

/** The id if it is known, or a placeholder. */
export function idWord(id: string | undefined, what: string): string {
  return quotePowerShell(id ?? `<${what}>`);
}

interface Step {
  title: string;
  cmdlets: string[];
}

const alias = (address: string) => address.split('@')[0] ?? '';
const q = quotePowerShell;
/** A name as the script makes it (`Get-ShortName`): Exchange takes ASCII, and calls the scope of a group by its name, an underscore and a GUID, in 64 characters. */
const shortName = (address: string, length: number) => address.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, length);

function steps(answers: Answers): Step[] {
  const { mode, mailboxes, deniedMailbox, scope, createMailbox } = answers;
  const looks = [...mailboxes, deniedMailbox].map((address) => `Get-Mailbox -Identity ${q(address)}`);
  const all: Step[] = [{ title: 'All mailboxes must be there, also the one that stays out of reach:', cmdlets: looks }];
  if (createMailbox) {
    all.push({
      title: 'Make those that are missing, as shared mailboxes:',
      cmdlets: mailboxes.map(
        (address) =>
          `New-Mailbox -Shared -Name ${q(shortName(address, 64))} -Alias ${q(alias(address))} -PrimarySmtpAddress ${q(address)}`,
      ),
    });
  }
  if (scope.kind === 'group') all.push(...groupSteps(scope.address, answers));
  all.push(...(mode === 'rbac' ? rbacSteps(answers) : policySteps(answers)));
  return all;
}

function groupSteps(address: string, { mode, mailboxes }: Answers): Step[] {
  const group = q(address);
  return [
    {
      title: 'The group, hidden from address lists:',
      cmdlets: [
        `New-DistributionGroup -Type Security -Name ${q(shortName(address, 27))} -DisplayName ${group} -Alias ${q(alias(address))} -PrimarySmtpAddress ${group} -MemberJoinRestriction Closed -MemberDepartRestriction Closed`,
        `Set-DistributionGroup -Identity ${group} -HiddenFromAddressListsEnabled $true -BypassSecurityGroupManagerCheck`,
      ],
    },
    {
      title: 'Its members:',
      cmdlets: mailboxes.map(
        (mailbox) =>
          `Add-DistributionGroupMember -Identity ${group} -Member ${q(mailbox)} -BypassSecurityGroupManagerCheck`,
      ),
    },
    {
      title: `Look at the group: it is a mail-enabled security group (\`MailUniversalSecurityGroup\`), and has no member but those. Of a group in it, ${mode === 'rbac' ? 'the members do not count' : 'all members count as well'}:`,
      cmdlets: [
        `Get-DistributionGroup -Identity ${group} | Format-List -Property Name, RecipientTypeDetails, Guid`,
        `Get-DistributionGroupMember -Identity ${group} -ResultSize Unlimited | Format-List -Property PrimarySmtpAddress, RecipientTypeDetails`,
      ],
    },
  ];
}

function rbacSteps(answers: Answers): Step[] {
  const { name, mailboxes, deniedMailbox, scope } = answers;
  const roles = rolesOf(answers);
  const assignments = roles.map(
    (role) =>
      `New-ManagementRoleAssignment -Name "${role.replace('Application ', '')} $AppId" -App $ObjectId -Role '${role}'`,
  );
  const rights =
    roles.length === 1
      ? 'The right to send'
      : `The rights to send and to read (${roles.slice(1).map(code).join(', ')})`;
  const onePlain = roles.length === 1 ? 'it would be' : 'they would be';
  const never = `**Never without the scope at its end**: ${onePlain} for every mailbox:`;
  const principal: Step = {
    title:
      "Exchange's pointer to the application; the object id is that of the Enterprise application, not of the app registration:",
    cmdlets: [
      `New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId -DisplayName ${q(name)}`,
      'Get-ServicePrincipal -Identity $ObjectId | Format-List -Property AppId, ObjectId, DisplayName',
    ],
  };
  const right: Step[] =
    scope.kind === 'group'
      ? [
          {
            title: `${rights}, for the members of the group. ${never}`,
            cmdlets: [
              '$Group = $null',
              `$Group = Get-DistributionGroup -Identity ${q(scope.address)}`,
              'if ($Group) {',
              ...assignments.map((assign) => `    ${assign} -RecipientGroupScope "$($Group.Guid)"`),
              '} else {',
              "    Write-Warning 'The group was not found. The application was given nothing.'",
              '}',
            ],
          },
        ]
      : [
          {
            title:
              'Look at what the filter finds. The application will be able to send from all of it, and from what it finds later:',
            cmdlets: [
              `$Filter = ${q(scope.filter)}`,
              'Get-Recipient -Filter $Filter -ResultSize Unlimited | Format-List -Property PrimarySmtpAddress',
            ],
          },
          {
            title: 'The scope, if that is what is meant:',
            cmdlets: ['New-ManagementScope -Name "Mail $AppId" -RecipientRestrictionFilter $Filter'],
          },
          {
            title: `${rights}, in that scope. ${never}`,
            cmdlets: assignments.map((assign) => `${assign} -CustomResourceScope "Mail $AppId"`),
          },
        ];
  return [
    principal,
    ...right,
    {
      title: `The proof: \`InScope\` is True for the role${roles.length === 1 ? '' : 's'} ${roles.join(' and ')}, and False (or no such row at all) for the mailbox at the end. Every other row that says True is something that this application may do besides:`,
      cmdlets: [...mailboxes, deniedMailbox].map(
        (address) => `Test-ServicePrincipalAuthorization -Identity $ObjectId -Resource ${q(address)} | Format-List`,
      ),
    },
  ];
}

function policySteps({ mailboxes, deniedMailbox, scope }: Answers): Step[] {
  const group = q(scope.kind === 'group' ? scope.address : '');
  return [
    {
      title: 'The policies that there are, of this application and of all (`*`). One that denies goes before yours:',
      cmdlets: [
        "Get-ApplicationAccessPolicy | Where-Object { $_.AppId -contains $AppId -or $_.AppId -contains '*' } | Format-List -Property Identity, AppId, AccessRight, ScopeName",
      ],
    },
    {
      title: 'The policy:',
      cmdlets: [
        `New-ApplicationAccessPolicy -AppId $AppId -PolicyScopeGroupId ${group} -AccessRight RestrictAccess -Description 'Mail from an application'`,
      ],
    },
    {
      title:
        'The proof: `AccessCheckResult` is Granted, and Denied for the mailbox at the end, in the language of the session:',
      cmdlets: [...mailboxes, deniedMailbox].map(
        (address) => `Test-ApplicationAccessPolicy -AppId $AppId -Identity ${q(address)}`,
      ),
    },
  ];
}

const ADMIN_CENTERS: Readonly<Record<Answers['cloud'], string>> = {
  global: 'https://admin.exchange.microsoft.com',
  usgov: 'the Exchange admin center of your cloud',
  'usgov-dod': 'the Exchange admin center of your cloud',
  china: 'the Exchange admin center of your cloud',
};

function clicks({ mailboxes, scope, createMailbox, cloud, mode }: Answers): string {
  const shared = mailboxes.map(
    (address) =>
      `- [ ] Recipients > Mailboxes > **Add a shared mailbox**: display name and email address ${cell(address)} > Create`,
  );
  const group =
    scope.kind === 'group'
      ? [
          '- [ ] Recipients > Groups > **Add a group** > Group type: **Mail-enabled security** > Next',
          `- [ ] Set up the basics: name ${code(shortName(scope.address, 27))} (no longer: Exchange adds to it for the name of a scope) > Next`,
          '- [ ] Assign owners: yourself, or whoever decides which mailboxes may send > Next',
          `- [ ] Add members: ${mailboxes.map(code).join(', ')}, and nobody else > Next`,
          `- [ ] Edit settings: group email address ${code(scope.address)} > Next`,
          '- [ ] Review and finish adding group > Create group',
          '- [ ] Recipients > Groups > Mail-enabled security > the group > Settings: hide it from the global address list',
          `- [ ] Then the cmdlets above, from ${mode === 'rbac' ? 'the service principal' : 'the policies'} on`,
        ]
      : ['- [ ] Then the cmdlets above'];
  return [`- [ ] Open ${ADMIN_CENTERS[cloud]}`, ...(createMailbox ? shared : []), ...group].join('\n');
}
