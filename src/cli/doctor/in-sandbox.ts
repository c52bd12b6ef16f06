import type { OwnCommands } from '../../common/own-commands.js';
import { EXIT } from '../common/exit-codes.js';
import type { Check } from './common/check.js';

/** Checks whose cures are for the administrators of a tenant, whom a sandbox does not have. */
const ofAdministrators = /^(token|permissions|mailbox:.*|reading:.*|trace-(token|permission|search))$/;

/** A check as it is told where a sandbox plays Microsoft: nobody is to be asked there, and nothing to be waited for. */
export function inSandbox({ command: _, ...check }: Check, inbox: string, commands: OwnCommands): Check {
  if (check.cure === undefined || !ofAdministrators.test(check.id)) return check;
  // A network that fails is nothing to mend in the tenant.
  if (check.exitCode === EXIT.unavailable) return check;
  const tenant = `${inbox}#/tenant`;
  // A warning is about a mailbox that should be out of reach: setup would not register that one.
  if (check.status === 'warning' && check.id.startsWith('mailbox:'))
    return { ...check, cure: `Name a mailbox that the sandbox has: ${tenant} shows them, and who may send.` };
  // What a packet may do is settled when it is made.
  const reading = check.id.startsWith('reading:');
  const more = reading ? ['--with', 'bounces,verify,drafts', '--out', 'reading-mailer'] : [];
  const who = reading ? 'another one registered there, which may read' : 'this one registered there';
  const command = commands.plain('setup', '--sandbox', inbox, ...more);
  return {
    ...check,
    cure: `Look at the applications and mailboxes of the sandbox on ${tenant}, or have ${who}:\n  ${command}`,
  };
}
