import type { SetupFile } from '../answers.js';
import { CLOUD_TERMS } from '../clouds.js';
import { grantMailSendPs1 } from '../scripts/grant-mail-send-ps1.js';
import { grantMailSendSh } from '../scripts/grant-mail-send-sh.js';
import { registerAppPs1 } from '../scripts/register-app-ps1.js';
import { registerAppSh } from '../scripts/register-app-sh.js';
import { entraReadme } from './entra-readme.js';
import type { PacketInput } from './handout-input.js';

/** The Entra administrator's packet: public things only. */
export function entraPacket(input: PacketInput): SetupFile[] {
  const { answers, certificate, publicFile } = input;
  const { azure, graphPowerShell } = CLOUD_TERMS[answers.cloud];
  const file = (name: string, text: string, executable = false) => ({
    path: `entra-admin/${name}`,
    text,
    ...(executable && { executable }),
  });
  return [
    file('README.md', entraReadme(input)),
    file(publicFile, certificate.pem),
    ...(azure ? [file('register-app.sh', registerAppSh(answers, certificate, publicFile, azure), true)] : []),
    ...(graphPowerShell
      ? [file('register-app.ps1', registerAppPs1(answers, certificate, publicFile, graphPowerShell))]
      : []),
    ...(answers.mode === 'policy'
      ? [
          ...(azure ? [file('grant-mail-send.sh', grantMailSendSh(answers, azure), true)] : []),
          ...(graphPowerShell ? [file('grant-mail-send.ps1', grantMailSendPs1(answers, graphPowerShell))] : []),
        ]
      : []),
  ];
}
