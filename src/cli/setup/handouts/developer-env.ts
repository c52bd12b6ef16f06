import { FEATURES_VARIABLE } from '../../common/features.js';
import { SANDBOX_INBOX_VARIABLE } from '../../common/known-sandbox.js';
import type { Answers } from '../answers.js';
import { CLOUD_TERMS } from '../clouds.js';
import { envLine } from '../quote-env.js';
import type { PacketInput } from './handout-input.js';
import { traceEnv } from './trace-registration.js';

/** The `.env` of the program: ids that are not known yet are left empty. */
export function developerEnv({ answers, certificatePath, sandbox, trace }: PacketInput, caPath: string): string {
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
