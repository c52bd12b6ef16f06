import type { Mode } from '../common/answers.js';

/** The beginning of the body of every script for Exchange Online. (fact setup-3) */
export const EXCHANGE_BEGINNING = `
function Read-Yes([string] $Question) { return (Read-Host "$Question Type yes to go on") -eq 'yes' }

# With -WhatIf: says what would be done, and that it is not. (The script declares the switch itself: with SupportsShouldProcess and
# -File, the preference would be everybody's, and the module could not even write its own temporary files.)
function Test-WhatIf([string] $What) {
    if ($WhatIf) { Write-Host "What if: would $What." }
    return $WhatIf
}

# One object, or nothing where Exchange says that there is none: by the name of its exception, which is the same in all languages.
# Any other failure, such as a missing right, stops the script.
function Find-Object([scriptblock] $Get) {
    try { $found = @(& $Get | Where-Object { $_ }) }
    catch {
        if ("$($_.CategoryInfo.Reason) $($_.Exception.Message)" -notmatch 'ManagementObjectNotFoundException') { throw }
        return
    }
    if ($found.Count -gt 1) { throw "Exchange found $($found.Count) objects instead of one: $Get" }
    return $found
}

# Names of Exchange are ASCII, and not longer than 64 characters.
function Get-ShortName([string] $Address, [int] $Length) {
    $name = $Address -replace '[^\\x21-\\x7e]', '_'
    return $name.Substring(0, [Math]::Min($Length, $name.Length))
}

# Not a session of Security & Compliance PowerShell, nor one whose cmdlets have a prefix. Of several, the cmdlets are those of the last.
function Get-Connection {
    return Get-ConnectionInformation | Where-Object { "$($_.State)" -eq 'Connected' -and "$($_.IsEopSession)" -ne 'True' -and -not $_.ModulePrefix } |
        Sort-Object -Property Id | Select-Object -Last 1
}

if (-not $AppId) { $AppId = Read-Host 'Application (client) id, from the Entra administrator' }
Stop-WhenNoId $AppId 'Application (client) id'
if (Get-Module -Name Microsoft.Graph.Authentication) {
    throw 'Microsoft Graph PowerShell is loaded in this window; the two clash over a library. Open a new window and run this there.'
}
if (-not (Get-Command -Name Connect-ExchangeOnline -ErrorAction SilentlyContinue)) {
    throw 'Exchange Online PowerShell is not installed here. Install it: Install-Module ExchangeOnlineManagement -Scope CurrentUser'
}
$connection = Get-Connection
if (-not $connection) {
    Connect-ExchangeOnline -ExchangeEnvironmentName $Environment -ShowBanner:$false
    $connection = Get-Connection
}
if (-not $connection) { throw 'Nobody is signed in to Exchange Online.' }
$tenant = "$($connection.TenantID)"
if ($TenantId -and $tenant -ne $TenantId) {
    throw "You are signed in to tenant $tenant, but this is for tenant $TenantId. Run Disconnect-ExchangeOnline, then this again."
}
Write-Host "Tenant $tenant"

# Some new organizations cannot be customized until that was enabled, once and for good: so it is asked.
if ((Get-OrganizationConfig).IsDehydrated -and -not (Test-WhatIf 'ask whether to run Enable-OrganizationCustomization')) {
    Write-Host 'This Exchange organization was never customized. What follows likely needs Enable-OrganizationCustomization,'
    Write-Host 'which takes a while, changes no mailbox, and CANNOT BE UNDONE.'
    if (-not (Read-Yes 'Enable it?')) { throw 'Nothing was changed. Talk to whoever owns the tenant, then run this again.' }
    Enable-OrganizationCustomization
    Write-Host 'Enabled. If a step below is refused, wait an hour and run this again.'
}

# The mailboxes: the id of each, by its address.
$ids = @{}
foreach ($address in @($Allowed) + $DeniedMailbox) {
    $mailbox = Find-Object { Get-Mailbox -Identity $address }
    if (-not $mailbox) {
        if ($address -eq $DeniedMailbox) { throw "There is no mailbox $address. The proof needs one that exists and that the application must not reach: have the packets made again with another --denied-mailbox." }
        if (-not $CreateMailbox) { throw "There is no mailbox $address. Make it, or have the packets made again with --create-mailbox." }
        if (Test-WhatIf "make the shared mailbox $address") { $ids[$address] = ''; continue }
        New-Mailbox -Shared -Name (Get-ShortName $address 64) -Alias (($address -split '@')[0]) -PrimarySmtpAddress $address | Out-Null
        $mailbox = Wait-For { Find-Object { Get-Mailbox -Identity $address } }
        Write-Host "Made the shared mailbox $address."
    }
    $ids[$address] = "$($mailbox.Guid)"
}
`;

/** The group whose members the application may send from, and what a group in it means (New-ApplicationAccessPolicy). */
export function exchangeGroup(mode: Mode): string {
  const nested = mode === 'rbac' ? 'its members do NOT count.' : 'ALL of its members may be sent from, too.';
  return `
# The group. ${mode === 'rbac' ? 'Only direct members count' : 'Members of groups in it count as well'}, so groups in it are told.
$group = Find-Object { Get-DistributionGroup -Identity $GroupAddress }
if (-not $group -and -not (Test-WhatIf "make the mail-enabled security group $GroupAddress")) {
    # The name is short, since Exchange calls the scope of a group by that name, an underscore and a GUID.
    New-DistributionGroup -Type Security -Name (Get-ShortName $GroupAddress 27) -DisplayName $GroupAddress -Alias (($GroupAddress -split '@')[0]) -PrimarySmtpAddress $GroupAddress -MemberJoinRestriction Closed -MemberDepartRestriction Closed | Out-Null
    $group = Wait-For { Find-Object { Get-DistributionGroup -Identity $GroupAddress } }
    Write-Host "Made the mail-enabled security group $GroupAddress."
}
if ($group -and "$($group.RecipientTypeDetails)" -ne 'MailUniversalSecurityGroup') {
    throw "$GroupAddress is not a mail-enabled security group but a $($group.RecipientTypeDetails). Have the packets made again with another --group."
}
$members = @(if ($group) { Get-DistributionGroupMember -Identity $GroupAddress -ResultSize Unlimited })
# An empty group that is shown was made just now, or by a run that ended early.
if ($group -and $members.Count -eq 0 -and "$($group.HiddenFromAddressListsEnabled)" -ne 'True' -and -not (Test-WhatIf "hide $GroupAddress from address lists")) {
    # An administrator need not be an owner of the group; without the switch, only its owners may.
    Set-DistributionGroup -Identity $GroupAddress -HiddenFromAddressListsEnabled $true -BypassSecurityGroupManagerCheck
}
foreach ($address in $Allowed) {
    $id = $ids[$address]
    if (@($members | Where-Object { "$($_.Guid)" -eq $id }).Count -gt 0) { continue }
    if (Test-WhatIf "add $address to $GroupAddress") { continue }
    Add-DistributionGroupMember -Identity $GroupAddress -Member $address -BypassSecurityGroupManagerCheck
    Wait-For { Get-DistributionGroupMember -Identity $GroupAddress -ResultSize Unlimited | Where-Object { "$($_.Guid)" -eq $id } } | Out-Null
    Write-Host "Added $address to $GroupAddress."
}
$members = @(if ($group) { Get-DistributionGroupMember -Identity $GroupAddress -ResultSize Unlimited })
if (@($members | Where-Object { "$($_.Guid)" -eq $ids[$DeniedMailbox] }).Count -gt 0) {
    throw "$DeniedMailbox is a member of $GroupAddress, but must stay out of reach. Remove it from the group, or have the packets made again with another --denied-mailbox."
}
Write-Host ''
Write-Host 'The application will be able to send from these mailboxes, the members of the group:'
foreach ($member in $members) {
    if ("$($member.RecipientTypeDetails)" -like '*Group*') { Write-Warning "$($member.PrimarySmtpAddress) is a group: ${nested}" }
    else { Write-Host "  $($member.PrimarySmtpAddress)" }
}
$others = @($members | Where-Object { $ids.Values -notcontains "$($_.Guid)" })
if ($others.Count -gt 0 -and -not $WhatIf -and -not (Read-Yes 'There are more than were asked for. Is that meant?')) {
    throw 'The application was given nothing. Take out of the group what does not belong there, and run this again.'
}
`;
}

/** Ends a run with -WhatIf before the proof. */
export const EXCHANGE_WHAT_IF = `
if ($WhatIf) {
    Write-Host 'Nothing was changed. Run this without -WhatIf to do it; the proof comes at its end.'
    return
}
`;
