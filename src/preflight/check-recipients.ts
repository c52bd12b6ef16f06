import { isGraphMailError } from '../errors.js';
import { hasAsciiLocalPart } from '../message/address.js';
import { fieldsNamed, type HeaderField } from '../message/header.js';
import { addressesIn, noRecipients, reconcileRecipients } from '../message/recipients.js';
import { finding, type PreflightFinding } from './finding.js';
import { saidBy } from './said-by.js';

/** Recipients of a message by default, over To, Cc and Bcc (Graph's `message` resource; Exchange Online limits). */
const usualRecipientLimit = 500;

/** Compares the recipients of header and envelope, by the transport's own rules. */
export function checkRecipients(
  fields: readonly HeaderField[],
  envelopeTo: readonly string[] | undefined,
): { recipients: number | undefined; findings: PreflightFinding[] } {
  const unclear = ['to', 'cc', 'bcc'].flatMap((name) => {
    try {
      addressesIn(fields, name);
      return [];
    } catch (error) {
      const field = fieldsNamed(fields, name)[0]?.name ?? name;
      return [finding('unclear-address-field', saidBy(error), { field })];
    }
  });
  if (unclear.length > 0) return { recipients: envelopeTo?.length, findings: unclear };
  try {
    const { recipients, bccMissing } = reconcileRecipients(fields, envelopeTo);
    return { recipients: recipients.length, findings: [...added(bccMissing), ...checkCount(recipients.length)] };
  } catch (error) {
    return { recipients: envelopeTo?.length, findings: [refusal(error)] };
  }
}

/** The same for a raw message whose header is not at hand. */
export function checkEnvelopeAlone(envelopeTo: readonly string[] | undefined): PreflightFinding[] {
  if (envelopeTo === undefined) return [];
  if (envelopeTo.length === 0) return [refusal(noRecipients())];
  const unsendable = envelopeTo.filter((address) => !hasAsciiLocalPart(address));
  if (unsendable.length === 0) return checkCount(envelopeTo.length);
  const message = `Recipients with letters outside ASCII before the @ cannot be sent to: ${unsendable.join(', ')}. Use another address of that person.`;
  return [finding('non-ascii-address', message, { addresses: unsendable }), ...checkCount(envelopeTo.length)];
}

function refusal(error: unknown): PreflightFinding {
  const addresses = isGraphMailError(error) ? error.rejected : undefined;
  if (addresses === undefined) return finding('no-recipients', saidBy(error));
  const kind = addresses.every(hasAsciiLocalPart) ? 'envelope-leaves-out' : 'non-ascii-address';
  return finding(kind, saidBy(error), { addresses });
}

function added(addresses: string[]): PreflightFinding[] {
  if (addresses.length === 0) return [];
  return [
    finding(
      'envelope-adds',
      `The envelope has recipients whom no header names: ${addresses.join(', ')}. They become Bcc: they get the mail, nobody else sees them, and the copy in Sent Items names them. Nothing needs to be done if that is right.`,
      { addresses },
    ),
  ];
}

function checkCount(recipients: number): PreflightFinding[] {
  if (recipients <= usualRecipientLimit) return [];
  return [
    finding(
      'many-recipients',
      `The message has ${recipients} recipients. Exchange Online takes ${usualRecipientLimit} in To, Cc and Bcc together, unless the mailbox is set otherwise (1 to 1,000); more are refused, as a rule by a bounce after the mail was accepted. Split the mail.`,
      { recipients },
    ),
  ];
}
