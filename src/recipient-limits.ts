/**
 * Recipients of one message over To, Cc and Bcc: what Exchange Online takes unless a mailbox is set otherwise, and the most
 * that one can be set to (Exchange Online limits, "Recipient limit"; `Set-Mailbox -RecipientLimits`). (fact limit-1)
 */
export const usualRecipients = 500;
export const mostRecipients = 1000;

/** What may become of a message with so many recipients, or `undefined` for a number that every mailbox takes. */
export function manyRecipients(recipients: number): string | undefined {
  if (recipients <= usualRecipients) return undefined;
  return `The message has ${recipients} recipients. Exchange Online takes ${usualRecipients} in To, Cc and Bcc together, unless the mailbox is set otherwise (1 to ${mostRecipients.toLocaleString('en')}); with more, all of it may bounce after it was accepted. Split the mail.`;
}
