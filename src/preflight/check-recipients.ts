import { hasAsciiLocalPart } from '../common/canonical-address.js';
import { isGraphMailError } from '../common/errors.js';
import { manyRecipients } from '../common/recipient-limits.js';
import { fieldsNamed, type HeaderField } from '../message/header/header.js';
import { addressesIn, noRecipients, reconcileRecipients, tooManyRecipients } from '../message/header/recipients.js';
import { errorText, finding, type PreflightFinding } from './finding.js';

/** Compares the recipients of header and envelope, by the transport's own rules. */
export function checkRecipients(
  fields: readonly HeaderField[],
  envelopeTo: readonly string[] | undefined,
  most: number | undefined,
): { recipients: number | undefined; findings: PreflightFinding[] } {
  const unclear = ['to', 'cc', 'bcc'].flatMap((name) => {
    try {
      addressesIn(fields, name);
      return [];
    } catch (error) {
      const field = fieldsNamed(fields, name)[0]?.name ?? name;
      return [finding('unclear-address-field', errorText(error), { field })];
    }
  });
  if (unclear.length > 0) return { recipients: envelopeTo?.length, findings: unclear };
  try {
    const { recipients, bccMissing } = reconcileRecipients(fields, envelopeTo);
    return { recipients: recipients.length, findings: [...added(bccMissing), ...checkCount(recipients.length, most)] };
  } catch (error) {
    return { recipients: envelopeTo?.length, findings: [refusal(error)] };
  }
}

/** The same for a raw message whose header is not at hand. */
export function checkEnvelopeAlone(
  envelopeTo: readonly string[] | undefined,
  most: number | undefined,
): PreflightFinding[] {
  if (envelopeTo === undefined) return [];
  if (envelopeTo.length === 0) return [refusal(noRecipients())];
  const unsendable = envelopeTo.filter((address) => !hasAsciiLocalPart(address));
  if (unsendable.length === 0) return checkCount(envelopeTo.length, most);
  const message = `Recipients with letters outside ASCII before the @ cannot be sent to: ${unsendable.join(', ')}. Use another address of that person.`;
  return [finding('non-ascii-address', message, { addresses: unsendable }), ...checkCount(envelopeTo.length, most)];
}

function refusal(error: unknown): PreflightFinding {
  const addresses = isGraphMailError(error) ? error.rejected : undefined;
  if (addresses === undefined) return finding('no-recipients', errorText(error));
  const kind = addresses.every(hasAsciiLocalPart) ? 'envelope-leaves-out' : 'non-ascii-address';
  return finding(kind, errorText(error), { addresses });
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

function checkCount(recipients: number, most: number | undefined): PreflightFinding[] {
  if (most !== undefined && recipients > most)
    return [finding('too-many-recipients', errorText(tooManyRecipients(recipients, most)), { recipients })];
  const warning = manyRecipients(recipients);
  return warning === undefined ? [] : [finding('many-recipients', warning, { recipients })];
}
