/**
 * Recipients of one message over To, Cc and Bcc: what Exchange Online takes unless a mailbox is set otherwise, and the most
 * that one can be set to (Exchange Online limits, "Recipient limit"; `Set-Mailbox -RecipientLimits`). (fact limit-1)
 */
const usualRecipients = 500;
export const mostRecipients = 1000;

/** What may become of a message with so many recipients, or `undefined` for a number that every mailbox takes. */
export function manyRecipients(recipients: number): string | undefined {
  if (recipients <= usualRecipients) return undefined;
  return `The message has ${recipients} recipients. Exchange Online takes ${usualRecipients} in To, Cc and Bcc together, unless the mailbox is set otherwise (1 to ${mostRecipients.toLocaleString('en')}); with more, all of it may bounce after it was accepted. Split the mail.`;
}

/**
 * What an organisation may send in 24 hours from all addresses in `onmicrosoft.com` together, in recipients outside of it
 * (Exchange Team blog, "Limiting Onmicrosoft Domain Usage for Sending Emails"; for all tenants since 1 June 2026).
 */
const onmicrosoftRecipients = 100;

/** What Exchange makes of mail from such an address, or `undefined` for one in another domain. */
export function onmicrosoftLimit(address: string): string | undefined {
  if (!/@(?:[^@]+\.)?onmicrosoft\.com$/i.test(address)) return undefined;
  return `${address} is an address in onmicrosoft.com: from all of these together, an organisation reaches ${onmicrosoftRecipients} recipients outside of it in 24 hours. What is beyond bounces with 550 5.7.236 after Graph has accepted it.`;
}

/**
 * The limit of the whole tenant on recipients outside of it in 24 hours (Exchange Team blog, "Introducing Exchange Online
 * Tenant Outbound Email Limits"). How many licences there are, only the tenant knows.
 */
export const tenantLimit = '500 × licences^0.7 + 9,500: 10,000 with one licence, 22,059 with 100; 5,000 in a trial';

/** The cmdlet that shows the limit, and what of it is used up. */
export const tenantLimitCmdlet = 'Get-LimitsEnforcementStatus';
