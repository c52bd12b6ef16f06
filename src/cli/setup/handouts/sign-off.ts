import { readingRight } from '../../common/features.js';
import type { HandoutInput, SetupFile } from '../common/answers.js';
import { cell, day } from '../common/quoting.js';
import { featureLines, permissionsOf, rolesOf } from '../common/rights.js';
import { TRACE_ROLE } from './trace-application.js';

/** One page for the audit: what was asked for, who did what, and the proof. */
export function signOff({ answers, certificate, trace }: HandoutInput, now: Date): SetupFile {
  const { mode, name, mailboxes, deniedMailbox, scope, tenantId, clientId, objectId, cloud } = answers;
  const reading = readingRight(answers.features);
  const roles = rolesOf(answers).map(cell).join(' and ');
  const permissions = permissionsOf(answers)
    .map((permission) => cell(permission.name))
    .join(' and ');
  const open = (value: string | undefined) => (value === undefined ? '…' : cell(value));
  const test =
    mode === 'rbac'
      ? { cmdlet: 'Test-ServicePrincipalAuthorization', yes: 'InScope True', no: 'InScope False' }
      : { cmdlet: 'Test-ApplicationAccessPolicy', yes: 'AccessCheckResult Granted', no: 'AccessCheckResult Denied' };
  const ofEach = reading && mode === 'rbac' ? ' for each role' : '';
  const text = `# Mail from an application: what was allowed, and the proof

Prepared on ${day(now)}.

| | |
| --- | --- |
| Application | ${cell(name)} |
| Directory (tenant) id, cloud | ${open(tenantId)}, ${cloud} |
| Application (client) id | ${open(clientId)} |
| Enterprise application object id | ${open(objectId)} |
| Certificate, SHA-1 | ${cell(certificate.thumbprintSha1)} |
| Certificate, SHA-256 | ${cell(certificate.thumbprintSha256)} |
| Certificate ends | ${day(certificate.validTo)} |
| May send from | ${mailboxes.map(cell).join(', ')} |
| Kept to it by | ${mode === 'rbac' ? `RBAC for Applications: role${reading ? 's' : ''} ${roles}` : `application access policy \`RestrictAccess\`, and Entra permission${reading ? 's' : ''} ${permissions}`}, ${scope.kind === 'group' ? `group ${cell(scope.address)}` : `filter ${cell(scope.filter)}`} |
| May read mail, or anything else | ${reading ? `in the same mailboxes: ${featureLines(answers).join('; ')}. Nothing else` : 'no'} |
${trace ? `| Second application | ${cell(trace.name)}, certificate SHA-1 ${cell(trace.certificate.thumbprintSha1)}: may search message trace of the whole tenant (${cell(TRACE_ROLE)}), and nothing else |\n` : ''}
| Checked | Expected | Seen, and when |
| --- | --- | --- |
| Application permissions in Entra | ${mode === 'rbac' ? 'none' : `${permissions} alone, granted after the policy worked`} | |
| Client secrets of the app registration | none | |
${mailboxes.map((mailbox) => `| \`${test.cmdlet}\` for ${cell(mailbox)} | ${test.yes}${ofEach} | |\n`).join('')}| \`${test.cmdlet}\` for ${cell(deniedMailbox)} | ${test.no}${ofEach} | |
| Test mail arrived (\`send-test.mjs\`) | yes | |
| Who reads the bounces in the sending mailbox | | |

| | Name | Date | Signature |
| --- | --- | --- | --- |
| Developer: the private key is on one machine, readable for the program alone | | | |
| Entra administrator: registered as above, nothing more granted | | | |
| Exchange administrator: kept to these mailboxes, proof as above | | | |

To be looked at again before ${day(certificate.validTo)}, and whenever one of the three changes.
`;
  return { path: 'sign-off.md', text };
}
