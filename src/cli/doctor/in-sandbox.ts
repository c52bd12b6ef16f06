import { shellCommand } from '../../shell-quoting.js';
import type { Check } from './check.js';

/** Checks whose cures are for the administrators of a tenant, whom a sandbox does not have. */
const ofAdministrators = /^(token|permissions|mailbox:.*|reading:.*|trace-(token|permission|search))$/;

/** A check as it is told where a sandbox plays Microsoft: nobody is to be asked there, and nothing to be waited for. */
export function inSandbox({ command: _, ...check }: Check, inbox: string): Check {
  if (check.cure === undefined || !ofAdministrators.test(check.id)) return check;
  // A warning is about a mailbox that should be out of reach: setup would not register that one.
  if (check.status === 'warning' && check.id.startsWith('mailbox:'))
    return { ...check, cure: `Name a mailbox that the sandbox has: ${inbox}#/tenant shows them, and who may send.` };
  const command = shellCommand(['npx', 'nodemailer-graph-transport', 'setup', '--sandbox', inbox], process.platform);
  return {
    ...check,
    cure: `Look at the applications and mailboxes of the sandbox on ${inbox}#/tenant, or have this one registered there:\n  ${command}`,
  };
}
