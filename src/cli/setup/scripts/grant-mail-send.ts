import { quotePowerShell, quoteSh } from '../../../common/shell-quoting.js';
import type { Answers } from '../common/answers.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { GRAPH_APP_ID, permissionNames, permissionsOf } from '../common/rights.js';
import { BASH_BEGINNING, BASH_FIND_ENTERPRISE_APP, BASH_GRANTED, BASH_IDS, BASH_KNOWN_APP } from './bash-snippets.js';
import { connectGraph, GRAPH_KNOWN_APP, strictly } from './powershell-snippets.js';
import { POLICY_WAITING } from './restrict-policy-ps1.js';

/** `grant-mail-send.sh`, for access policies: the admin consent, once the policy is in effect. */
export function grantMailSendSh(answers: Answers, azure: string): string {
  const permissions = permissionsOf(answers);
  const names = permissionNames(answers);
  return `#!/usr/bin/env bash
# Grants the application permission${permissions.length > 1 ? 's' : ''} ${names}, with admin consent. Run it LAST: after the Exchange administrator
# has made the access policy and has seen "Denied" for a mailbox outside of it, and more than an hour has passed since.
# ${POLICY_WAITING}
#
# Least role: Privileged Role Administrator (consent to an application permission of Microsoft Graph).
# Changes: ${permissions.length > 1 ? 'two app role assignments' : 'one app role assignment'}: ${names} of Microsoft Graph, to this application.
# Again: may be run again at any time; a permission that is there stays as it is.
# Undo: Enterprise applications > this application > Permissions > ... > Revoke permission, or the command that is
#   printed at the end. Tokens from before keep the permission for up to 24 hours; to end them now, disable the
#   Enterprise application first (Properties > Enabled for users to sign in), and enable it again when they have ended.
#
# The app role assignment is made directly: "az ad app permission admin-consent" is reported to fail
# for service principals and in Cloud Shell.
#
# Values below are meant as they stand; functions are called by "again".
# shellcheck disable=SC2016,SC2317
set -euo pipefail

DENIED=${quoteSh(answers.deniedMailbox)}
TENANT_ID=${quoteSh((answers.tenantId ?? '').toLowerCase())}
APP_ID=${quoteSh(answers.clientId ?? '')}
CLOUD=${azure}
GRAPH=${CLOUD_TERMS[answers.cloud].graph}
PERMISSIONS='${permissions.map(({ name, id }) => `${name}=${id}`).join(' ')}'
${BASH_IDS}
${BASH_BEGINNING}${BASH_KNOWN_APP}
[ -n "$app_id" ] || stop "which application? Run register-app.sh first, or: $0 <Application (client) id>"
${BASH_FIND_ENTERPRISE_APP.trim()}
is_id "$sp_id" || stop "there is no Enterprise application of $app_id in this tenant. Run register-app.sh first."
graph_sp=$(ask ad sp list --filter "appId eq '$GRAPH_APP'" --query '[].id')
is_id "$graph_sp" || stop 'Microsoft Graph was not found in this tenant.'
${BASH_GRANTED}
missing=''
names=''
for permission in $PERMISSIONS; do
  case $granted in
    *"\${permission#*=}"*) ;;
    *)
      missing="$missing $permission"
      names="\${names:+$names and }\${permission%%=*}"
      ;;
  esac
done
if [ -z "$missing" ]; then
  say "${names} ${permissions.length > 1 ? 'are' : 'is'} granted to $app_id already."
  exit 0
fi

say ''
say 'From the moment of this consent, only the access policy stands between the application and every mailbox.'
say 'Test-ApplicationAccessPolicy is ahead of the mailboxes: for an hour, sometimes a day, they may still be open although it says Denied.'
printf 'Has it said Denied for %s, and was that more than an hour ago? Type yes to go on: ' "$DENIED"
read -r answer || answer=''
[ "$answer" = yes ] || stop 'nothing was granted. Come back when the access policy is in effect.'

undo=''
for permission in $missing; do
  body=$(printf '{"principalId":"%s","resourceId":"%s","appRoleId":"%s"}' "$sp_id" "$graph_sp" "\${permission#*=}")
  assignment=$(ask rest --method POST --url "$GRAPH/v1.0/servicePrincipals/$sp_id/appRoleAssignments" \\
    --headers 'Content-Type=application/json' --body "$body" --query id)
  [[ $assignment =~ ^[A-Za-z0-9_-]+$ ]] || stop "Graph did not say that \${permission%%=*} was granted. Run this again: it tells whether it was."
  undo="$undo
To undo: az rest --method DELETE --url $GRAPH/v1.0/servicePrincipals/$sp_id/appRoleAssignments/$assignment"
done
say ''
say "Granted $names to $app_id. This program fetches a new token when it is next refused; restart any other product that signs in as this application.$undo"
`;
}

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
