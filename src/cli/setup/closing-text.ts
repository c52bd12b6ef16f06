import path from 'node:path';
import { OwnCommands } from '../../common/own-commands.js';
import type { HandoutInput, SandboxTarget } from './common/answers.js';
import { day } from './common/quoting.js';
import { permissionNames } from './common/rights.js';

/** What is printed at the end: what was made, and what to do next. Readable at 80 columns. */
export function closingText(input: HandoutInput, platform: NodeJS.Platform = process.platform): string {
  const { answers, certificate, certificatePath, keyMade, folder, sandbox, trace } = input;
  const commands = new OwnCommands({ envFile: `${folder}/developer/.env`, platform });
  const head = `${keyMade ? 'Made a key and a certificate, valid to' : 'Using your certificate, valid to'} ${day(certificate.validTo)}:
  ${certificatePath}
  SHA-1 ${certificate.thumbprintSha1}
The key in it is private: it stays here. Send it to nobody.
${platform === 'win32' ? windowsHint : ''}`;
  if (sandbox) {
    return `${head}
The sandbox played both administrators. Should it forget that, run this again.
${firstMail(commands, sandbox)}
Check everything, and that ${answers.deniedMailbox} stays out of reach:

${commands.configured('doctor', '--denied-mailbox', answers.deniedMailbox, '--probe')}
${trace ? `\nThe second application may search message trace:\n\n${commands.configured('doctor', '--trace')}\n` : ''}`;
  }
  const last =
    answers.mode === 'policy'
      ? `\nLast, the Entra administrator grants ${permissionNames(answers)},\nwhen the policy works.\n`
      : '';
  const [, ...others] = answers.mailboxes;
  const check = [
    ...['doctor', '--mode', answers.mode],
    ...(others.length === 0 ? [] : answers.mailboxes.flatMap((mailbox) => ['--mailbox', mailbox])),
    ...['--denied-mailbox', answers.deniedMailbox, '--probe', ...(trace ? ['--trace'] : [])],
  ];
  return `${head}
Wrote three packets into ${folder}:
  developer/       for you; begin with its README.md
  entra-admin/     send it to whoever registers applications
  exchange-admin/  send it to whoever runs Exchange, with the three ids that
                   the Entra administrator sends back
${trace ? '  entra-admin/trace/\n                   a second application, which may search message trace\n' : ''}  sign-off.md      one page for the audit
If all of that is you, begin with ${folder}/one-administrator.md.
${last}
When all of that is done, check it:

${commands.configured(...check)}
`;
}

/** What is printed when the folder has handouts for the sandbox already. */
export function againText(
  done: readonly string[],
  folder: string,
  sandbox: SandboxTarget,
  platform: NodeJS.Platform = process.platform,
): string {
  const commands = new OwnCommands({ envFile: `${folder}/developer/.env`, platform });
  return `${path.resolve(folder)} has a packet for this sandbox already. No key was changed.
${done.join('\n')}
${firstMail(commands, sandbox)}`;
}

function firstMail(commands: OwnCommands, { inboxUrl }: SandboxTarget): string {
  return `Send a mail, and find it on ${inboxUrl}:

${commands.configured('send', '--to', 'ana@example.com', '--subject', 'Hello', '--text', 'Hello')}
`;
}

/** File modes have no effect on Windows. */
const windowsHint = `To let nobody but your account read it, in a Command Prompt in its folder:
  icacls . /inheritance:r /grant:r "%USERNAME%:(OI)(CI)F"
`;
