import { OwnCommands } from '../../../common/own-commands.js';
import type { CloudName } from '../../../options/types.js';
import type { SetupFile } from '../common/answers.js';
import type { PublicCertificate } from '../common/certificate.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { code, day, envLine } from '../common/quoting.js';
import { addCertificatePs1, addCertificateSh } from '../scripts/add-certificate.js';

export interface Rotation {
  /** Key and certificate. */
  pem: string;
  certificate: PublicCertificate;
  /** Where that is written: absolute. */
  keyPath: string;
  /** The `.env` file that names the old one, where it is known. */
  envFile?: string | undefined;
  /** The certificate in use, if it could be read. */
  old: PublicCertificate | undefined;
  oldPath: string | undefined;
  tenantId: string | undefined;
  clientId: string | undefined;
  cloud: CloudName;
}

const PUBLIC_FILE = 'graph-mailer.cer';

/** The files of a rotation: both certificates are valid side by side until the old one is removed. */
export function rotationHandout(rotation: Rotation): SetupFile[] {
  const { pem, certificate, tenantId, clientId, cloud } = rotation;
  const terms = CLOUD_TERMS[cloud];
  const given = { certificate, certificateFile: PUBLIC_FILE, tenantId, clientId };
  return [
    { path: 'developer/.gitignore', text: '# A private key: nothing in here is for a repository.\n*\n' },
    { path: 'developer/graph-mailer.pem', text: pem, secret: true },
    { path: 'developer/README.md', text: developerSteps(rotation) },
    { path: `entra-admin/${PUBLIC_FILE}`, text: certificate.pem },
    { path: 'entra-admin/README.md', text: entraSteps(rotation) },
    ...(terms.azure
      ? [
          {
            path: 'entra-admin/add-certificate.sh',
            text: addCertificateSh(given, terms.graph, terms.azure),
            executable: true,
          },
        ]
      : []),
    ...(terms.graphPowerShell
      ? [{ path: 'entra-admin/add-certificate.ps1', text: addCertificatePs1(given, terms.graphPowerShell) }]
      : []),
  ];
}

function developerSteps({ certificate, keyPath, envFile, old, oldPath }: Rotation): string {
  return `# The next certificate: for the developer

Nothing is interrupted: for some days both certificates are registered, and either works.

1. Send \`entra-admin/\` of this folder to the Entra administrator. Nothing in it is secret; **this folder is**.
2. Wait for their word that ${code(certificate.thumbprintSha1)} is registered, and a few minutes more.
3. On each machine that runs the program, one after the other: put this line into \`.env\`
   instead of the one with that name, and restart the program. The old file${oldPath ? ` (${code(oldPath)})` : ''} stays until the end.

   ${code(envLine('AZURE_CLIENT_CERTIFICATE_PATH', keyPath))}

4. Check each: ${code(new OwnCommands({ envFile, from: 'anywhere' }).configured('doctor'))} names the certificate that is in use, and gets a token with it.
   **Another product that signs in with the same certificate** (eLegere, say) must get the new one as well, before step 5; it stops
   sending the moment the old one is removed. Where it wants a PFX:

   \`\`\`sh
   openssl pkcs12 -export -in graph-mailer.pem -out graph-mailer.pfx
   \`\`\`

   (with \`-legacy\` for Windows Server 2016 and older, which take the encryption of OpenSSL 3 for a wrong password). Upload it
   there, send its test mail, and delete the PFX here.
5. When all of them use the new one for a day: tell the Entra administrator to remove the old one${old ? ` (SHA-1 ${code(old.thumbprintSha1)})` : ''}.
6. Then delete the old key.

**To undo**, before step 5: put the old line back and restart. The new certificate ends on ${day(certificate.validTo)}${old ? `, the old one on ${day(old.validTo)}` : ''}.
`;
}

function entraSteps({ certificate, old, clientId, cloud }: Rotation): string {
  const terms = CLOUD_TERMS[cloud];
  const ways = [
    ...(terms.azure ? ['`bash add-certificate.sh <Application (client) id>`'] : []),
    ...(terms.graphPowerShell ? ['`pwsh -File ./add-certificate.ps1`'] : []),
  ].join(', or ');
  return `# The next certificate: for the Entra administrator

An application that you know gets its next certificate. The one in use stays until the developer says that it may go.

- **Least role**: Cloud Application Administrator, or owner of the app registration.${terms.graphPowerShell ? ' For Microsoft Graph PowerShell, an administrator\n  must have consented to its delegated permission `Application.ReadWrite.All`.' : ''}
- **What changes**: one certificate more on the app registration${clientId ? ` ${code(clientId)}` : ''}; no permission.
- **Nothing in this folder is secret.**
- **Waiting**: it works within a minute or so.

SHA-1 ${code(certificate.thumbprintSha1)}, SHA-256 ${code(certificate.thumbprintSha256)}, valid ${day(certificate.validFrom)} to ${day(certificate.validTo)}.

- [ ] ${ways}, or ${terms.portal} > App registrations > the
      application > Certificates & secrets > Certificates > Upload certificate: ${code(PUBLIC_FILE)}
- [ ] Two certificates are listed now; tell the developer
- [ ] Ask whether another product signs in as this application: it needs the new certificate before the old one goes
- [ ] **Later, when the developer says so**: delete the old one${old ? `, SHA-1 ${code(old.thumbprintSha1)}` : ' (the other thumbprint)'}

A tenant's app management policy can refuse a self-signed certificate, or one that is valid for too long: then ask the developer for
one with fewer \`--days\`, or of your own authority.

**To undo**: delete the certificate ${code(certificate.thumbprintSha1)} there.
`;
}
