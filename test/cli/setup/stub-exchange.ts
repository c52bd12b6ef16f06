import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const hasPowerShell = spawnSync('pwsh', ['-NoProfile', '-Command', 'exit 0']).status === 0;

export interface ExchangeCall {
  name: string;
  args: Record<string, unknown>;
}

/** Runs a script `times` times in one PowerShell, with stand-ins for the cmdlets of Exchange Online that log what changes something. */
export function runInExchange(folder: string, script: string, args: string[], times = 1) {
  const calls = path.join(folder, 'calls.jsonl');
  const wrapper = path.join(folder, 'wrapper.ps1');
  writeFileSync(wrapper, STUBS);
  const env = { ...process.env, STUB_CALLS: calls, STUB_SCRIPT: script, STUB_TIMES: String(times) };
  const done = spawnSync('pwsh', ['-NoProfile', '-File', wrapper, ...args], {
    env,
    encoding: 'utf8',
    timeout: 120_000,
  });
  const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
  return { ...done, calls: lines.map((line): ExchangeCall => JSON.parse(line)) };
}

const STUBS = `
param([string] $AppId, [string] $ObjectId)
$global:Mailboxes = @{}
$global:Members = @()
$global:Group = $null
$global:Principal = $null
$global:Assignment = $null
$global:Policy = $null
function Log($Name, $Bound) {
  $plain = @{}
  foreach ($key in $Bound.Keys) { $plain[$key] = "$($Bound[$key])" }
  Add-Content -LiteralPath $env:STUB_CALLS -Value (ConvertTo-Json -Compress -InputObject @{ name = $Name; args = $plain })
}
function Box($Address) { return [pscustomobject]@{ PrimarySmtpAddress = $Address; Guid = "guid of $Address"; RecipientTypeDetails = 'SharedMailbox' } }
function Read-Host { param($Prompt) return 'yes' }
function Connect-ExchangeOnline { [CmdletBinding()] param($ExchangeEnvironmentName, [switch] $ShowBanner) }
function Get-ConnectionInformation { return [pscustomobject]@{ State = 'Connected'; TenantID = '77777777-1111-2222-3333-444444444444' } }
function Get-OrganizationConfig { return [pscustomobject]@{ IsDehydrated = $false } }
function Get-Mailbox { [CmdletBinding()] param($Identity) if ($Identity -like 'b*' -or $global:Mailboxes[$Identity]) { return Box $Identity } }
function New-Mailbox { [CmdletBinding()] param([switch] $Shared, $Name, $Alias, $PrimarySmtpAddress) Log 'New-Mailbox' $PSBoundParameters; $global:Mailboxes[$PrimarySmtpAddress] = $true; return Box $PrimarySmtpAddress }
function Get-DistributionGroup { [CmdletBinding()] param($Identity) return $global:Group }
function New-DistributionGroup { [CmdletBinding()] param($Type, $Name, $Alias, $PrimarySmtpAddress, $MemberJoinRestriction, $MemberDepartRestriction) Log 'New-DistributionGroup' $PSBoundParameters; $global:Group = [pscustomobject]@{ Name = $Name; DisplayName = $Name; Guid = 'guid of the group'; RecipientTypeDetails = 'MailUniversalSecurityGroup' } }
function Set-DistributionGroup { [CmdletBinding()] param($Identity, $HiddenFromAddressListsEnabled) }
function Get-DistributionGroupMember { [CmdletBinding()] param($Identity, $ResultSize) return $global:Members }
function Add-DistributionGroupMember { [CmdletBinding()] param($Identity, $Member, [switch] $BypassSecurityGroupManagerCheck) Log 'Add-DistributionGroupMember' $PSBoundParameters; $global:Members += Box $Member }
function Get-ServicePrincipal { return $global:Principal }
function New-ServicePrincipal { [CmdletBinding()] param($AppId, $ObjectId, $DisplayName) Log 'New-ServicePrincipal' $PSBoundParameters; $global:Principal = [pscustomobject]@{ AppId = $AppId; ObjectId = $ObjectId }; return $global:Principal }
function Get-ManagementRoleAssignment { [CmdletBinding()] param($Identity, $Role) return $global:Assignment }
function New-ManagementRoleAssignment { [CmdletBinding()] param($Name, $App, $Role, $RecipientGroupScope) Log 'New-ManagementRoleAssignment' $PSBoundParameters; $global:Assignment = [pscustomobject]@{ Name = $Name } }
function Test-ServicePrincipalAuthorization { [CmdletBinding()] param($Identity, $Resource) return [pscustomobject]@{ RoleName = 'Application Mail.Send'; GrantedPermissions = 'Mail.Send'; InScope = "$($Resource -notlike 'b*')" } }
function Get-ApplicationAccessPolicy { [CmdletBinding()] param() return $global:Policy }
function New-ApplicationAccessPolicy { [CmdletBinding()] param($AppId, $PolicyScopeGroupId, $AccessRight, $Description) Log 'New-ApplicationAccessPolicy' $PSBoundParameters; $global:Policy = [pscustomobject]@{ AppId = $AppId; AccessRight = $AccessRight; ScopeName = $PolicyScopeGroupId; ScopeIdentity = ''; Identity = 'policy' } }
function Test-ApplicationAccessPolicy { [CmdletBinding()] param($AppId, $Identity) return [pscustomobject]@{ AccessCheckResult = $(if ($Identity -like 'b*') { 'Denied' } else { 'Granted' }) } }
foreach ($run in 1..[int] $env:STUB_TIMES) {
  if ($ObjectId) { & $env:STUB_SCRIPT -AppId $AppId -ObjectId $ObjectId } else { & $env:STUB_SCRIPT -AppId $AppId }
}
`;
