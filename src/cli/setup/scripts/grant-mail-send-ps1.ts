import { quotePowerShell } from '../../../common/shell-quoting.js';
import type { Answers } from '../answers.js';
import { permissionNames, permissionsOf } from '../rights.js';
import { connectGraph, GRAPH_KNOWN_APP } from './graph-powershell-steps.js';
import { strictly } from './powershell-steps.js';
import { POLICY_WAITING } from './restrict-policy-ps1.js';
import { GRAPH_APP_ID } from './well-known-ids.js';

/** `grant-mail-send.ps1`, for access policies: the admin consent, once the policy is in effect. */
export function grantMailSendPs1(answers: Answers, environment: string): string {
  const scopes = ['AppRoleAssignment.ReadWrite.All', 'Application.Read.All'];
  const permissions = permissionsOf(answers);
  const names = permissionNames(answers);
  return `# Grants the application permission${permissions.length > 1 ? 's' : ''} ${names}, with admin consent. Run it LAST: after the Exchange administrator
# has made the access policy and has seen "Denied" for a mailbox outside of it, and more than an hour has passed since.
# ${POLICY_WAITING}
#
# Least role: Privileged Role Administrator (consent to an application permission of Microsoft Graph).
# Changes: ${permissions.length > 1 ? 'two app role assignments' : 'one app role assignment'}: ${names} of Microsoft Graph, to this application.
# Again: may be run again at any time; a permission that is there stays as it is.
# Undo: Enterprise applications > this application > Permissions > ... > Revoke permission, or the command that is
#   printed at the end. Tokens from before keep the permission for up to 24 hours; to end them now, disable the
#   Enterprise application first (Properties > Enabled for users to sign in), and enable it again when they have ended.
#Requires -Version 5.1
[CmdletBinding()]
param([string] $AppId = ${quotePowerShell(answers.clientId ?? '')})

$Denied = ${quotePowerShell(answers.deniedMailbox)}
$TenantId = ${quotePowerShell(answers.tenantId ?? '')}
$GraphApp = '${GRAPH_APP_ID}'
$Permissions = [ordered] @{ ${permissions.map(({ name, id }) => `'${name}' = '${id}'`).join('; ')} }
${strictly(`${connectGraph(scopes, environment)}${GRAPH_KNOWN_APP}
if (-not $AppId) { throw 'Which application? Run register-app.ps1 first, or give -AppId.' }
$sp = Get-MgServicePrincipal -Filter "appId eq '$AppId'" | Select-Object -First 1
if (-not $sp) { throw "There is no Enterprise application of $AppId in this tenant. Run register-app.ps1 first." }
$graph = Get-MgServicePrincipal -Filter "appId eq '$GraphApp'" | Select-Object -First 1
if (-not $graph) { throw 'Microsoft Graph was not found in this tenant. Nothing was granted.' }
$granted = @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $sp.Id -All | ForEach-Object { "$($_.AppRoleId)" })
$missing = @($Permissions.Keys | Where-Object { $granted -notcontains $Permissions[$_] })
if ($missing.Count -eq 0) {
    Write-Host "${names} ${permissions.length > 1 ? 'are' : 'is'} granted to $AppId already."
    return
}
Write-Host 'From the moment of this consent, only the access policy stands between the application and every mailbox.'
Write-Host 'Test-ApplicationAccessPolicy is ahead of the mailboxes: for an hour, sometimes a day, they may still be open although it says Denied.'
$answer = Read-Host "Has it said Denied for $($Denied), and was that more than an hour ago? Type yes to go on"
if ($answer -ne 'yes') { throw 'Nothing was granted. Come back when the access policy is in effect.' }
$made = @()
foreach ($name in $missing) {
    $made += New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $sp.Id -PrincipalId $sp.Id -ResourceId $graph.Id -AppRoleId $Permissions[$name]
}
Write-Host "Granted $($missing -join ' and ') to $AppId. This program fetches a new token when it is next refused; restart any other product that signs in as this application."
Write-Host 'The portal lists this below "Other permissions granted", since the app registration does not ask for it. That is as it should be.'
foreach ($assignment in $made) {
    Write-Host "To undo: Remove-MgServicePrincipalAppRoleAssignment -ServicePrincipalId '$($sp.Id)' -AppRoleAssignmentId '$($assignment.Id)'"
}
`)}`;
}
