import type { Mode } from '../answers.js';

/** What scripts for Exchange Online begin with, behind their parameters and values. (fact setup-3) */
export const EXCHANGE_BEGINNING = `
$ErrorActionPreference = 'Stop'

function Stop-WhenNoId([string] $Value, [string] $What) {
    if ($Value -notmatch '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$') { throw "'$Value' is no $What; expected a GUID." }
}
function Read-Yes([string] $Question) { return (Read-Host "$Question Type yes to go on") -eq 'yes' }

# What was just made takes a moment until every server of Exchange knows it.
function Wait-For([scriptblock] $Find) {
    foreach ($attempt in 1..12) {
        $found = & $Find
        if ($found) { return $found }
        Start-Sleep -Seconds 5
    }
    throw "What was made is not to be seen yet: $Find. Wait some minutes and run this again."
}

if (-not $AppId) { $AppId = Read-Host 'Application (client) id, from the Entra administrator' }
Stop-WhenNoId $AppId 'Application (client) id'
if (Get-Module -Name Microsoft.Graph.Authentication) {
    throw 'Microsoft Graph PowerShell is loaded in this window; the two clash over a library. Open a new window and run this there.'
}
if (-not (Get-Command -Name Connect-ExchangeOnline -ErrorAction SilentlyContinue)) {
    throw 'Exchange Online PowerShell is not installed here. Install it: Install-Module ExchangeOnlineManagement -Scope CurrentUser'
}
$connected = @(Get-ConnectionInformation | Where-Object { $_.State -eq 'Connected' })
if ($connected.Count -eq 0) {
    Connect-ExchangeOnline -ExchangeEnvironmentName $Environment -ShowBanner:$false
    $connected = @(Get-ConnectionInformation | Where-Object { $_.State -eq 'Connected' })
}
$tenant = "$($connected[0].TenantID)"
if ($TenantId -and $tenant -ne $TenantId) {
    throw "You are signed in to tenant $tenant, but this is for tenant $TenantId. Run Disconnect-ExchangeOnline, then this again."
}
Write-Host "Tenant $tenant"

# Some new organizations cannot be customized until that was enabled, once and for good: so it is asked.
if ((Get-OrganizationConfig).IsDehydrated) {
    Write-Host 'This Exchange organization was never customized. What follows likely needs Enable-OrganizationCustomization,'
    Write-Host 'which takes a while, changes no mailbox, and CANNOT BE UNDONE.'
    if (-not (Read-Yes 'Enable it?')) { throw 'Nothing was changed. Talk to whoever owns the tenant, then run this again.' }
    Enable-OrganizationCustomization
    Write-Host 'Enabled. If a step below is refused, wait an hour and run this again.'
}

# The mailboxes.
foreach ($address in @($Allowed) + $DeniedMailbox) {
    $mailbox = Get-Mailbox -Identity $address -ErrorAction SilentlyContinue
    if ($mailbox) { continue }
    if ($address -eq $DeniedMailbox) { throw "There is no mailbox $address. The proof needs one that exists and that the application must not reach: have the packets made again with another --denied-mailbox." }
    if (-not $CreateMailbox) { throw "There is no mailbox $address. Make it, or have the packets made again with --create-mailbox." }
    $alias = ($address -split '@')[0]
    New-Mailbox -Shared -Name $address -Alias $alias -PrimarySmtpAddress $address | Out-Null
    Wait-For { Get-Mailbox -Identity $address -ErrorAction SilentlyContinue } | Out-Null
    Write-Host "Made the shared mailbox $address."
}
`;

/** The group whose members the application may send from, and what a group in it means (New-ApplicationAccessPolicy). */
export function exchangeGroup(mode: Mode): string {
  const nested = mode === 'rbac' ? 'its members do NOT count.' : 'ALL of its members may be sent from, too.';
  return `
# The group. ${mode === 'rbac' ? 'Only direct members count' : 'Members of groups in it count as well'}, so groups in it are told.
$group = Get-DistributionGroup -Identity $GroupAddress -ErrorAction SilentlyContinue
if (-not $group) {
    New-DistributionGroup -Type Security -Name $GroupAddress -Alias (($GroupAddress -split '@')[0]) -PrimarySmtpAddress $GroupAddress -MemberJoinRestriction Closed -MemberDepartRestriction Closed | Out-Null
    $group = Wait-For { Get-DistributionGroup -Identity $GroupAddress -ErrorAction SilentlyContinue }
    Set-DistributionGroup -Identity $GroupAddress -HiddenFromAddressListsEnabled $true
    Write-Host "Made the mail-enabled security group $GroupAddress."
}
if ("$($group.RecipientTypeDetails)" -ne 'MailUniversalSecurityGroup') {
    throw "$GroupAddress is no mail-enabled security group but a $($group.RecipientTypeDetails). Have the packets made again with another --group."
}
$members = @(Get-DistributionGroupMember -Identity $GroupAddress -ResultSize Unlimited)
foreach ($address in $Allowed) {
    $id = "$((Get-Mailbox -Identity $address).Guid)"
    if (@($members | Where-Object { "$($_.Guid)" -eq $id }).Count -gt 0) { continue }
    # An administrator need not be an owner of the group; without the switch, only its owners may.
    Add-DistributionGroupMember -Identity $GroupAddress -Member $address -BypassSecurityGroupManagerCheck
    Write-Host "Added $address to $GroupAddress."
}
$members = @(Get-DistributionGroupMember -Identity $GroupAddress -ResultSize Unlimited)
$deniedId = "$((Get-Mailbox -Identity $DeniedMailbox).Guid)"
if (@($members | Where-Object { "$($_.Guid)" -eq $deniedId }).Count -gt 0) {
    throw "$DeniedMailbox is a member of $GroupAddress, but must stay out of reach. Remove it from the group, or have the packets made again with another --denied-mailbox."
}
Write-Host ''
Write-Host 'The application will be able to send from these mailboxes, the members of the group:'
foreach ($member in $members) {
    if ("$($member.RecipientTypeDetails)" -like '*Group*') { Write-Warning "$($member.PrimarySmtpAddress) is a group: ${nested}" }
    else { Write-Host "  $($member.PrimarySmtpAddress)" }
}
$others = @($members | Where-Object { $Allowed -notcontains "$($_.PrimarySmtpAddress)" })
if ($others.Count -gt 0 -and -not (Read-Yes 'There are more than were asked for. Is that meant?')) {
    throw 'The application was given nothing. Take out of the group what does not belong there, and run this again.'
}
`;
}
