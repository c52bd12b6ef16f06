import { quotePowerShell } from '../../../common/shell-quoting.js';
import type { AddCertificate } from './add-certificate-sh.js';
import { connectGraph, GRAPH_CERTIFICATE, GRAPH_KNOWN_APP } from './graph-powershell-steps.js';
import { strictly } from './powershell-steps.js';

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
