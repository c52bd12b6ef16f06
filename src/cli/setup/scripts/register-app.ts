import { quotePowerShell, quotePowerShellList, quoteSh } from '../../../common/shell-quoting.js';
import type { Answers } from '../common/answers.js';
import type { PublicCertificate } from '../common/certificate.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { MAIL_SEND_ROLE_ID, permissionNames, permissionsOf } from '../common/rights.js';
import { BASH_BEGINNING, BASH_CERTIFICATE, BASH_GRANTED, BASH_KNOWN_APP } from './bash-snippets.js';
import { connectGraph, GRAPH_CERTIFICATE, GRAPH_KNOWN_APP, strictly } from './powershell-snippets.js';

/** `register-app.sh`: app registration, certificate and Enterprise application, with Azure CLI. (fact setup-4) */
export function registerAppSh(
  answers: Answers,
  certificate: PublicCertificate,
  certificateFile: string,
  azure: string,
): string {
  const filter = `displayName eq '${answers.name.replaceAll("'", "''")}'`;
  const body = asciiJson({ displayName: answers.name, signInAudience: 'AzureADMyOrg' });
  return `#!/usr/bin/env bash
# Registers an application that sends mail, with Azure CLI (Bash, also in Azure Cloud Shell).
#
# Least role: Cloud Application Administrator (or Application Developer, who then owns it).
# Changes: one app registration (single tenant, no redirect URI), one certificate on it, its
#   Enterprise application. It grants no permission and changes no other application.
# Again: may be run again at any time; what is there stays as it is.
# Undo: az ad app delete --id <Application (client) id>
#
# ./register-app.sh                    registers a new application, or goes on with the one of the last run
# ./register-app.sh <client id>        uses an app registration that exists
#
# Values below are meant as they stand; functions are called by "again".
# shellcheck disable=SC2016,SC2317
set -euo pipefail

APP_NAME=${quoteSh(answers.name)}
NAME_FILTER=${quoteSh(filter)}
NEW_APP=${quoteSh(body)}
TENANT_ID=${quoteSh((answers.tenantId ?? '').toLowerCase())}
APP_ID=${quoteSh(answers.clientId ?? '')}
CLOUD=${azure}
GRAPH=${CLOUD_TERMS[answers.cloud].graph}
CERTIFICATE=${certificateFile}
ENDS=${certificate.validTo.toISOString()}
SHA1=${certificate.thumbprintSha1}
SHA1_BASE64=${quoteSh(certificate.keyIdentifier)}
${BASH_BEGINNING}${BASH_KNOWN_APP}
# The app registration, made by Graph: "az ad app create" changes an application of the same name instead of making one,
# and fails for a name with an apostrophe.
if [ -z "$app_id" ]; then
  same=$(list ad app list --filter "$NAME_FILTER" --query '[].appId')
  is_list "$same" || stop "whether there is an application called \\"$APP_NAME\\" could not be read. Nothing was changed."
  if [ "$same" != '[]' ]; then
    stop "an application called \\"$APP_NAME\\" exists already, with the Application (client) id
  $same
If it is the one to use, run: $0 <its Application (client) id>
If not, have the packets made again with another --name. Nothing was changed."
  fi
  app_id=$(ask rest --method POST --url "$GRAPH/v1.0/applications" --headers 'Content-Type=application/json' --body "$NEW_APP" --query appId)
  is_id "$app_id" || stop 'Azure CLI gave no Application (client) id for the new application. Look for it in the portal before you run this again.'
  fresh=yes
  say "Registered the application $app_id."
  printf 'Directory (tenant) id:  %s\\nApplication (client) id: %s\\n' "$tenant" "$app_id" > "$saved"
else
  say "Using the application $app_id."
fi
${BASH_CERTIFICATE}
# The Enterprise application (service principal): what permissions are given to.
sp_outcome=''
find_or_make_sp() {
  sp_id=$(ask ad sp list --filter "appId eq '$app_id'" --query '[].id') || return 1
  if [ -z "$sp_id" ]; then
    sp_id=$(ask ad sp create --id "$app_id" --query id) || return 1
    sp_outcome='Made its Enterprise application.'
  fi
  is_id "$sp_id"
}
again find_or_make_sp || stop "the Enterprise application of $app_id was neither found nor made, see above. Wait a minute and run this again."
if [ -n "$sp_outcome" ]; then
  fresh=yes
  say "$sp_outcome"
fi
${answers.mode === 'rbac' ? rbacCheckSh : policyCheckSh(answers)}
printf 'Directory (tenant) id:  %s\\nApplication (client) id: %s\\nEnterprise application object id: %s\\n' "$tenant" "$app_id" "$sp_id" > "$saved"
say ''
say 'Done. Send these three lines to the developer and to the Exchange administrator:'
say ''
cat "$saved"
say ''
say "They are also in $PWD/$saved."
exit "$found"
`;
}

/** JSON in ASCII, which no shell and no code page changes. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const rbacCheckSh = `
# Exchange will give the right to send, in a scope. A permission of Entra would be for the whole tenant, and add to that.
found=0
${BASH_GRANTED.trim()}
if [ "$granted" != '[]' ]; then
  found=1
  say ''
  say 'FINDING: this application has application permissions in Entra:'
  say "$granted"
  case $granted in *${MAIL_SEND_ROLE_ID}*) say '(${MAIL_SEND_ROLE_ID} is Mail.Send: every mailbox of the tenant.)' ;; esac
  say 'They hold for every mailbox, whatever scope Exchange sets. Remove those that nothing else needs:'
  say '  Enterprise applications > this application > Permissions > ... > Revoke permission'
fi
`;

const policyCheckSh = (answers: Answers) => `
# ${permissionNames(answers)} is granted later, by grant-mail-send.sh: before the access policy works, it would open every mailbox.
found=0
${BASH_GRANTED.trim()}
case $granted in
  ${permissionsOf(answers)
    .map(({ id }) => `*${id}*`)
    .join(' | ')})
    found=1
    say ''
    say 'FINDING: this application has ${permissionNames(answers)} already. Unless the access policy is in effect, that holds'
    say 'for every mailbox of the tenant. Ask the Exchange administrator for the proof now, or revoke it:'
    say '  Enterprise applications > this application > Permissions > ... > Revoke permission'
    ;;
esac
`;

/** `register-app.ps1`: the same as `register-app.sh`, with Microsoft Graph PowerShell. */
export function registerAppPs1(
  answers: Answers,
  certificate: PublicCertificate,
  certificateFile: string,
  environment: string,
): string {
  return `# Registers an application that sends mail, with Microsoft Graph PowerShell.
#
# Least role: Cloud Application Administrator (or Application Developer, who then owns it). An administrator must have
#   consented to the delegated permission Application.ReadWrite.All for Microsoft Graph PowerShell.
# Changes: one app registration (single tenant, no redirect URI), one certificate on it, its
#   Enterprise application. It grants no permission and changes no other application.
# Again: may be run again at any time; what is there stays as it is.
# Undo: Remove-MgApplication -ApplicationId <object id of the app registration>
#
# .\\register-app.ps1                      registers a new application, or goes on with the one of the last run
# .\\register-app.ps1 -AppId <client id>   uses an app registration that exists
#Requires -Version 5.1
[CmdletBinding()]
param([string] $AppId = ${quotePowerShell(answers.clientId ?? '')})

$AppName = ${quotePowerShell(answers.name)}
$TenantId = ${quotePowerShell(answers.tenantId ?? '')}
$CertificateFile = ${quotePowerShell(certificateFile)}
$Thumbprint = ${quotePowerShell(certificate.thumbprintSha1)}
$MailSend = '${MAIL_SEND_ROLE_ID}'
${strictly(`${connectGraph(['Application.ReadWrite.All'], environment)}${GRAPH_KNOWN_APP}
# The app registration. Names may be had twice in Entra, so one that exists is never taken by its name.
if (-not $AppId) {
    $quoted = $AppName -replace "'", "''"
    $same = @(Get-MgApplication -Filter "displayName eq '$quoted'" -All)
    if ($same.Count -gt 0) {
        $ids = ($same | ForEach-Object { $_.AppId }) -join ', '
        throw "An application called '$AppName' exists already, with the Application (client) id $ids. If it is the one to use, run this again with -AppId. If not, have the packets made again with another --name. Nothing was changed."
    }
    $AppId = (New-MgApplication -DisplayName $AppName -SignInAudience 'AzureADMyOrg').AppId
    Write-Host "Registered the application $AppId."
    Set-Content -LiteralPath $Saved -Encoding ascii -Value @("Directory (tenant) id:  $tenant", "Application (client) id: $AppId")
    Wait-For { Get-MgApplication -Filter "appId eq '$AppId'" } | Out-Null
} else {
    Write-Host "Using the application $AppId."
}
${GRAPH_CERTIFICATE}
# The Enterprise application (service principal): what permissions are given to.
$sp = Get-MgServicePrincipal -Filter "appId eq '$AppId'" | Select-Object -First 1
if (-not $sp) {
    New-MgServicePrincipal -AppId $AppId | Out-Null
    Write-Host 'Made its Enterprise application.'
    $sp = Wait-For { Get-MgServicePrincipal -Filter "appId eq '$AppId'" | Select-Object -First 1 }
}
$objectId = $sp.Id
${answers.mode === 'rbac' ? rbacCheckPs1 : policyCheckPs1(answers)}
Set-Content -LiteralPath $Saved -Encoding ascii -Value @(
    "Directory (tenant) id:  $tenant",
    "Application (client) id: $AppId",
    "Enterprise application object id: $objectId"
)
Write-Host ''
Write-Host 'Done. Send these three lines to the developer and to the Exchange administrator:'
Write-Host ''
Get-Content -LiteralPath $Saved | Write-Host
Write-Host ''
Write-Host "They are also in $Saved."
Write-Host "To undo: Remove-MgApplication -ApplicationId '$($app.Id)'"
if ($granted.Count -gt 0) { exit 1 }
`)}`;
}

const rbacCheckPs1 = `
# Exchange will give the right to send, in a scope. A permission of Entra would be for the whole tenant, and add to that.
$granted = @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $objectId -All)
if ($granted.Count -gt 0) {
    $roles = ($granted | ForEach-Object { $_.AppRoleId }) -join ', '
    Write-Warning "FINDING: this application has application permissions in Entra ($roles; $MailSend is Mail.Send). They hold for every mailbox, whatever scope Exchange sets. Remove those that nothing else needs: Enterprise applications > this application > Permissions > ... > Revoke permission."
}`;

const policyCheckPs1 = (answers: Answers) => `
# ${permissionNames(answers)} is granted later, by grant-mail-send.ps1: before the access policy works, it would open every mailbox.
$granted = @(Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $objectId -All | Where-Object { ${quotePowerShellList(permissionsOf(answers).map(({ id }) => id))} -contains $_.AppRoleId })
if ($granted.Count -gt 0) {
    Write-Warning 'FINDING: this application has ${permissionNames(answers)} already. Unless the access policy is in effect, that holds for every mailbox of the tenant. Ask the Exchange administrator for the proof now, or revoke it: Enterprise applications > this application > Permissions > ... > Revoke permission.'
}`;
