import { onmicrosoftLimit, tenantLimit, tenantLimitCmdlet } from '../../../common/recipient-limits.js';
import { type Check, skipped, warning } from '../common/check.js';
import type { CheckContext } from '../common/check-context.js';
import { connectCommand } from '../common/clouds-in-words.js';

const subject = { id: 'limits', title: 'Sending limits' };

/** Limits that Exchange applies after Graph has accepted a mail. How much of them is used up, only Exchange knows. */
export async function checkLimits(context: CheckContext): Promise<Check[]> {
  const blocked = context.blocked(subject, 'configuration');
  if (blocked) return [blocked];
  const { flags, settings, cloud, inbox } = context;
  const configured = typeof settings?.mailbox === 'string' ? [settings.mailbox] : [];
  const senders = flags.from === undefined ? (flags.mailbox ?? configured) : [flags.from];
  const [limited] = senders.flatMap((sender) => onmicrosoftLimit(sender) ?? []);
  if (limited !== undefined) {
    return [
      warning(
        subject,
        limited,
        "Send from an address in a domain of your own. Where the mailbox has one, and this is only its user's name, give that address.",
      ),
    ];
  }
  if (inbox !== undefined)
    return [skipped(subject, 'Not needed: they are those of Microsoft 365, and this is a sandbox.')];
  return [
    skipped(
      subject,
      `Not checked: only Exchange knows what is used up. A mailbox reaches 10,000 recipients in 24 hours; the whole tenant, outside of it, ${tenantLimit}. What is beyond bounces (550 5.7.233 for the tenant) after Graph has accepted it.`,
      { command: `${connectCommand(cloud)}\n${tenantLimitCmdlet}` },
    ),
  ];
}
