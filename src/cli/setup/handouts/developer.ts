import { OwnCommands } from '../../../common/own-commands.js';
import { FEATURES_VARIABLE } from '../../common/features.js';
import { SANDBOX_INBOX_VARIABLE } from '../../common/known-sandbox.js';
import type { Answers, HandoutInput, SetupFile, TraceRegistration } from '../common/answers.js';
import { CLOUD_TERMS } from '../common/cloud-terms.js';
import { cell, code, day, envLine } from '../common/quoting.js';
import { featureLines } from '../common/rights.js';
import { traceEnv } from './trace-application.js';

/** The developer's folder, without the key: it stays on the machine where the program will run. */
export function developerHandout(
  input: HandoutInput,
  caPath: string,
  platform: NodeJS.Platform = process.platform,
): SetupFile[] {
  const file = (name: string, text: string, more: Partial<SetupFile> = {}) => ({
    path: `developer/${name}`,
    text,
    ...more,
  });
  return [
    // Written first, so that git ignores everything else.
    file('.gitignore', '# A private key and who it belongs to: nothing in here is for a repository.\n*\n'),
    file('.env', developerEnv(input, caPath), { secret: true }),
    ...(input.sandbox ? [file('sandbox-ca.pem', input.sandbox.ca)] : []),
    file('send-test.mjs', sendTest),
    file('README.md', readme(input, platform)),
  ];
}

/** The commands to check and to send, for the shell of this system; they work in any folder, as they are read later. */
export function developerCommands({ answers, folder, trace }: HandoutInput, platform: NodeJS.Platform) {
  const { mode, mailboxes, deniedMailbox } = answers;
  const commands = new OwnCommands({ envFile: `${folder}/developer/.env`, from: 'anywhere', platform });
  const check = [
    commands.configured('doctor', '--mode', mode),
    ...mailboxes.map((mailbox) => commands.line('--mailbox', mailbox)),
    commands.line('--denied-mailbox', deniedMailbox, '--probe', ...(trace ? ['--trace'] : [])),
  ].join(platform === 'win32' ? ' `\n  ' : ' \\\n  ');
  const run = commands.line('node', { file: `${folder}/developer/send-test.mjs` });
  const rotate = commands.plain('setup', '--rotate', '--out', { file: folder });
  return { rotate, run, check, shell: platform === 'win32' ? 'powershell' : 'sh' };
}

function readme(input: HandoutInput, platform: NodeJS.Platform): string {
  const { answers, certificate, certificatePath, keyMade, sandbox, trace } = input;
  const { mailboxes, deniedMailbox } = answers;
  const { rotate, run, check, shell } = developerCommands(input, platform);
  const features = featureLines(answers);
  return `# For the developer

Role needed: none. This folder stays where the program runs; it ${keyMade ? 'holds' : 'says where to find'} the private key. **Do not send it to anybody.**

| | |
| --- | --- |
| Certificate and key | ${cell(certificatePath)} |
| Valid | ${day(certificate.validFrom)} to ${day(certificate.validTo)}: put the end into a calendar, a month before |
| Thumbprint (SHA-1, as the portal shows it) | ${cell(certificate.thumbprintSha1)} |
| Mailboxes that may send | ${mailboxes.map(cell).join(', ')} |
| Must stay out of reach | ${cell(deniedMailbox)} |
${features.length > 0 ? `| Asked for beside sending | ${features.join('; ')} |\n` : ''}${trace ? traceRow(trace) : ''}
${sandbox ? sandboxSteps(run, check, sandbox.inboxUrl, shell) : tenantSteps(input, run, check, shell)}## To undo

Delete this folder once the Entra administrator has removed the certificate from the app registration. Without that, whoever has a
copy of the key can sign in until ${day(certificate.validTo)}.

## When the certificate ends

${code(rotate)} makes the next one, with the steps of a change without an
interruption. Nothing of this one is touched.
`;
}

function traceRow({ name, certificatePath, certificate }: TraceRegistration): string {
  const thumbprint = cell(certificate.thumbprintSha1);
  return `| Second application, for message trace | ${cell(name)}: certificate and key ${cell(certificatePath)}, valid to ${day(certificate.validTo)}, thumbprint (SHA-1) ${thumbprint} |\n`;
}

function tenantSteps({ answers: { mode }, trace }: HandoutInput, run: string, check: string, shell: string): string {
  const steps = [
    'Send `entra-admin/` to whoever may register applications. Nothing in it is secret.',
    'They send back three lines (`registered-app.txt`). Put two of them into `.env` in this folder: `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`.',
    ...(trace
      ? [
          'By `entra-admin/trace/README.md` they register a second application, for message trace, and send back its Application (client) ID. Put it into `.env` as `GRAPH_MAIL_TRACE_CLIENT_ID`.',
        ]
      : []),
    'Send `exchange-admin/` to whoever runs Exchange, together with the three lines.',
    'They run their script and see the proof: the mailboxes above allowed, the other one not.',
    ...(mode === 'policy'
      ? ['They tell the Entra administrator when the policy works; only then `entra-admin/grant-mail-send` is run.']
      : []),
    `Wait: ${mode === 'rbac' ? '30 minutes, up to 2 hours' : 'an hour, sometimes a day'}. Until then Graph answers 403 although everything is right.`,
    'Check, then send (below).',
    'All three sign `sign-off.md`.',
  ];
  return `## Steps

${steps.map((step, index) => `${index + 1}. ${step}`).join('\n')}

\`\`\`${shell}
npm install nodemailer nodemailer-graph-transport
${check}
${run} you@your-company.example
\`\`\`

On Windows nobody but the account that runs the program should be able to read this folder:
\`icacls . /inheritance:r /grant:r "%USERNAME%:(OI)(CI)F"\`, in a Command Prompt of that account.

`;
}

function sandboxSteps(run: string, check: string, inboxUrl: string, shell: string): string {
  return `## Steps

This packet is for the sandbox, which has played both administrators already. While the sandbox runs, in a project with both packages (\`npm install nodemailer nodemailer-graph-transport\`):

\`\`\`${shell}
${check}
${run}
\`\`\`

The first checks everything, the second sends a mail, which is then on ${inboxUrl}. For a tenant, make the packets without \`--sandbox\`, in another folder.

`;
}

/** The `.env` of the program: ids that are not known yet are left empty. */
function developerEnv({ answers, certificatePath, sandbox, trace }: HandoutInput, caPath: string): string {
  const { tenantId = '', clientId = '', mailboxes, cloud } = answers;
  const others = sandbox
    ? {
        AZURE_AUTHORITY_HOST: sandbox.url,
        GRAPH_MAIL_GRAPH_HOST: sandbox.url,
        GRAPH_MAIL_CA: caPath,
        [SANDBOX_INBOX_VARIABLE]: sandbox.inboxUrl,
      }
    : CLOUD_TERMS[cloud].environment;
  return `# Who sends, and from where. Private: never commit this file.
# What is set in the environment of the program goes before what stands here.
# ${sandbox ? 'The two ids are those of the sandbox.' : 'The two ids come from the Entra administrator (registered-app.txt).'}
${envLine('AZURE_TENANT_ID', tenantId)}
${envLine('AZURE_CLIENT_ID', clientId)}
# Certificate and private key. If it is encrypted, AZURE_CLIENT_CERTIFICATE_PASSWORD
# belongs into the environment of the program, not into this file.
${envLine('AZURE_CLIENT_CERTIFICATE_PATH', certificatePath)}
${envLine('GRAPH_MAIL_MAILBOX', mailboxes[0])}
${Object.entries(others)
  .map(([name, value]) => `${envLine(name, value)}\n`)
  .join('')}${featuresEnv(answers)}${trace ? traceEnv(trace) : ''}`;
}

/** What was asked for beside sending; message trace has variables of its own. */
function featuresEnv({ features = [] }: Answers): string {
  const asked = features.filter((feature) => feature !== 'trace');
  if (asked.length === 0) return '';
  return `# What was asked for beside sending, which doctor looks at.\n${envLine(FEATURES_VARIABLE, asked.join(','))}\n`;
}

/** `send-test.mjs`, the smallest program: one mail, from the mailbox in `.env`. */
const sendTest = `// Sends one mail, with the identity in .env beside this file: node send-test.mjs [recipient]
import { loadEnvFile } from 'node:process';
import { fileURLToPath } from 'node:url';
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';

// What is set in the environment goes before what stands in the file.
loadEnvFile(fileURLToPath(new URL('.env', import.meta.url)));
const from = process.env.GRAPH_MAIL_MAILBOX;
let transporter;
try {
  transporter = nodemailer.createTransport(graphTransport());
  const to = process.argv[2] ?? from;
  const info = await transporter.sendMail({ from, to, subject: 'Hello from Microsoft Graph', text: 'It works.' });
  console.log(\`Sent from \${from} to \${to}: \${info.response}, \${info.messageId}\`);
} catch (error) {
  console.error(error.message);
  if (error.hint) console.error(error.hint);
  process.exitCode = 1;
} finally {
  transporter?.close();
}
`;
