import { randomUUID } from 'node:crypto';
import { readGraphFault } from '../../../graph/error-answer.js';
import { addressOf, send } from '../../../graph/http.js';
import { describeNetworkFailure, NetworkFailure } from '../../../graph/network-failure.js';
import { EXIT } from '../../common/exit-codes.js';
import { type ReadingRight, readingRight } from '../../common/features.js';
import { type Check, failed, ok, skipped, warning } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';
import { connectCommand } from '../common/clouds-in-words.js';
import { userAgent } from '../common/environment.js';
import { beforeMailboxes } from './mailboxes.js';
import { answerInWords } from './send-check.js';

const subject = { id: 'reading', title: 'Read check of mailboxes' };

/** Whether the application may read what its features need, by listing one id of Sent Items. */
export async function checkReading(context: CheckContext): Promise<Check[]> {
  const { flags, settings, features } = context;
  const right = readingRight(features);
  if (!right) return [];
  if (!flags.probe) {
    const why = `with --probe, Graph is asked for one id in Sent Items, for ${features.join(', ')}.`;
    return [skipped(subject, `Not asked: ${why}`)];
  }
  const blocked = context.blocked(subject, ...beforeMailboxes);
  if (blocked) return [blocked];
  const mailboxes = flags.mailbox ?? (typeof settings?.mailbox === 'string' ? [settings.mailbox] : []);
  const checks: Check[] = [];
  for (const mailbox of mailboxes) checks.push(await readCheck(mailbox, right, context));
  return checks;
}

async function readCheck(mailbox: string, right: ReadingRight, context: CheckContext): Promise<Check> {
  const { cloud, token, agent, environment, flags } = context;
  const one = { id: `reading:${mailbox}`, title: `Read check of ${mailbox}` };
  const origin = cloud?.graphHost ?? '';
  const { hostname, port } = addressOf(origin);
  const path = `/v1.0/users/${encodeURIComponent(mailbox)}/mailFolders/sentitems/messages?$top=1&$select=id`;
  const headers = {
    authorization: `Bearer ${token}`,
    'client-request-id': randomUUID(),
    'user-agent': userAgent,
  };
  try {
    const answer = await send({
      method: 'GET',
      url: { hostname, port, path },
      headers,
      agent,
      timeout: environment.timeout,
    });
    const { status } = answer;
    if (status === 200) {
      const rest =
        right.permission === 'Mail.ReadBasic.All'
          ? ''
          : ` That it may do all of ${right.permission} shows only when it is used.`;
      return ok(one, `Graph lists messages of it to the application.${rest}`);
    }
    const { code, message = '' } = readGraphFault(answer);
    const said = answerInWords({ status, code, message });
    if (status === 401 || status === 403) {
      return flags.mode === 'rbac'
        ? failed(
            one,
            EXIT.permission,
            `Graph refused it (${said}): the role "${right.role}" is likely missing, or does not count yet.`,
            `Have the Exchange administrator add the role in the scope of the right to send, as below. A change made less than two hours ago may not count yet.`,
            { command: addRole(right, context) },
          )
        : failed(
            one,
            EXIT.permission,
            `Graph refused it (${said}): the access policy likely does not hold this mailbox, or a change does not count yet.`,
            'Add the mailbox to the group of the policy. A change made less than an hour ago (reported: up to a day) may not count yet.',
          );
    }
    return warning(one, `No answer about the permission (${said}).`, 'Check again in some minutes.');
  } catch (error) {
    if (!(error instanceof NetworkFailure)) throw error;
    const { text } = describeNetworkFailure(error, new URL(origin).host);
    return failed(one, EXIT.unavailable, text, 'Check the network between this machine and Graph, then check again.');
  }
}

/** How the Exchange administrator adds the role that the handouts did not ask for: never without the existing scope. */
function addRole({ role }: ReadingRight, { settings, cloud }: CheckContext): string {
  const clientId = settings && 'clientId' in settings.identity ? settings.identity.clientId : '';
  return [
    connectCommand(cloud),
    `$sending = Get-ManagementRoleAssignment -Role 'Application Mail.Send' | Where-Object { $_.Name -eq 'Mail.Send ${clientId}' }`,
    `$app = Get-ServicePrincipal | Where-Object { $_.AppId -eq '${clientId}' }`,
    `if ($sending.CustomResourceScope -and $app) { New-ManagementRoleAssignment -Name '${role.replace('Application ', '')} ${clientId}' -App $app.ObjectId -Role '${role}' -CustomResourceScope $sending.CustomResourceScope } else { Write-Warning 'No scope was found. Nothing was assigned.' }`,
  ].join('\n');
}
