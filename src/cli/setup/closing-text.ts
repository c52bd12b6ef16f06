import { fileWord, shellCommand } from '../../shell-quoting.js';
import { day } from './packets/markdown.js';
import type { PacketInput } from './packets/packet-input.js';
import { permissionNames } from './rights.js';

/** What is printed at the end: what was made, and who does what next. Readable at 80 columns. */
export function closingText(input: PacketInput, platform: NodeJS.Platform = process.platform): string {
  const { answers, certificate, certificatePath, keyMade, folder, sandbox, trace } = input;
  const doctor = ['npx', 'nodemailer-graph-transport', 'doctor', '--env-file', `${fileWord(folder)}/developer/.env`];
  const head = `${keyMade ? 'Made a key and a certificate, valid to' : 'Using your certificate, valid to'} ${day(certificate.validTo)}:
  ${certificatePath}
  SHA-1 ${certificate.thumbprintSha1}
The key in it is private: it stays here, and nobody is to be sent it.
${platform === 'win32' ? windowsHint : ''}`;
  if (sandbox) {
    return `${head}
The sandbox played both administrators. It forgets that when it ends.
Send a mail, and find it on ${sandbox.inboxUrl}:

${shellCommand(['npx', 'nodemailer-graph-transport', 'send', '--env-file', `${fileWord(folder)}/developer/.env`, '--to', 'ana@example.com', '--subject', 'Hello', '--text', 'Hello'], platform)}
${trace ? `\nThe second application may search message trace:\n\n${shellCommand([...doctor, '--trace'], platform)}\n` : ''}`;
  }
  const last =
    answers.mode === 'policy'
      ? `\nLast, the Entra administrator grants ${permissionNames(answers)},\nwhen the policy works.\n`
      : '';
  return `${head}
Wrote three packets into ${folder}:
  developer/       for you; begin with its README.md
  entra-admin/     send it to whoever registers applications
  exchange-admin/  send it to whoever runs Exchange, with the three ids that
                   the Entra administrator sends back
${trace ? '  entra-admin/trace/\n                   a second application, which may search message trace\n' : ''}  sign-off.md      one page for the audit
If all of that is you, begin with one-administrator.md.
${last}`;
}

/** File modes mean nothing there. */
const windowsHint = `To let nobody but your account read it, in a Command Prompt in its folder:
  icacls . /inheritance:r /grant:r "%USERNAME%:(OI)(CI)F"
`;
