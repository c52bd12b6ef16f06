import { quotePowerShell, quoteSh } from '../../../common/shell-quoting.js';
import type { PublicCertificate } from '../common/certificate.js';
import { BASH_BEGINNING, BASH_CERTIFICATE, BASH_KNOWN_APP } from './bash-snippets.js';
import { connectGraph, GRAPH_CERTIFICATE, GRAPH_KNOWN_APP, strictly } from './powershell-snippets.js';

export interface AddCertificate {
  certificate: PublicCertificate;
  certificateFile: string;
  tenantId: string | undefined;
  clientId: string | undefined;
}

/** `add-certificate.sh`: the next certificate of an application that exists, beside the one in use. */
export function addCertificateSh(
  { certificate, certificateFile, tenantId, clientId }: AddCertificate,
  graph: string,
  azure: string,
): string {
  return `#!/usr/bin/env bash
# Adds the next certificate to an app registration, with Azure CLI (Bash, also in Azure Cloud Shell).
#
# Least role: Cloud Application Administrator, or owner of the app registration.
# Changes: one certificate more on the app registration. The one in use stays and goes on working.
# Again: may be run again at any time; a certificate that is registered is not added twice.
# Undo: App registrations > this application > Certificates & secrets > delete it by its thumbprint. Or:
#   az ad app credential list --id <Application (client) id> --cert     shows the keyId of each
#   az ad app credential delete --id <Application (client) id> --cert --key-id <keyId>
#
# ./add-certificate.sh [<Application (client) id>]
#
# Values below are meant as they stand; functions are called by "again".
# shellcheck disable=SC2016,SC2317
set -euo pipefail

TENANT_ID=${quoteSh((tenantId ?? '').toLowerCase())}
APP_ID=${quoteSh(clientId ?? '')}
CLOUD=${azure}
GRAPH=${graph}
CERTIFICATE=${certificateFile}
ENDS=${certificate.validTo.toISOString()}
SHA1=${certificate.thumbprintSha1}
SHA1_BASE64=${quoteSh(certificate.keyIdentifier)}
${BASH_BEGINNING}${BASH_KNOWN_APP}
[ -n "$app_id" ] || stop "which application? Run: $0 <Application (client) id>"
${BASH_CERTIFICATE}
say 'Tell the developer that the new certificate is registered. Remove the old one only when they say so.'
`;
}

/** `add-certificate.ps1`: the same as `add-certificate.sh`, with Microsoft Graph PowerShell. */
export function addCertificatePs1(given: AddCertificate, environment: string): string {
  return `# Adds the next certificate to an app registration, with Microsoft Graph PowerShell.
#
# Least role: Cloud Application Administrator, or owner of the app registration. An administrator must have consented
#   to the delegated permission Application.ReadWrite.All for Microsoft Graph PowerShell.
# Changes: one certificate more on the app registration. The one in use stays and goes on working.
# Again: may be run again at any time; a certificate that is registered is not added twice.
# Undo: App registrations > this application > Certificates & secrets > delete it by its thumbprint.
#
# .\\add-certificate.ps1 [-AppId <Application (client) id>]
#Requires -Version 5.1
[CmdletBinding()]
param([string] $AppId = ${quotePowerShell(given.clientId ?? '')})

$TenantId = ${quotePowerShell(given.tenantId ?? '')}
$CertificateFile = ${quotePowerShell(given.certificateFile)}
$Thumbprint = ${quotePowerShell(given.certificate.thumbprintSha1)}
${strictly(`${connectGraph(['Application.ReadWrite.All'], environment)}${GRAPH_KNOWN_APP}
if (-not $AppId) { throw 'Which application? Give -AppId.' }
${GRAPH_CERTIFICATE}
Write-Host 'Tell the developer that the new certificate is registered. Remove the old one only when they say so.'
`)}`;
}
