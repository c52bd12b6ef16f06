import { canonicalAddress, hasAsciiLocalPart, isGuid } from '../common/canonical-address.js';
import { onmicrosoftLimit } from '../common/recipient-limits.js';
import { parseAddressList } from '../message/header/address-list.js';
import { fieldsNamed, type HeaderField } from '../message/header/header.js';
import { addressesIn } from '../message/header/recipients.js';
import { chooseMailbox } from '../message/mailbox.js';
import { ownOptions } from '../message/prepare.js';
import { errorText, finding, type PreflightFinding } from './finding.js';
import type { MailView } from './mail-view.js';
import type { PreflightSettings } from './options.js';

/** Which mailbox would send, and the findings of choosing it. */
export function checkMailboxChoice(
  view: MailView,
  settings: PreflightSettings,
): { mailbox: string | undefined; findings: PreflightFinding[] } {
  const { mail, senders } = view;
  try {
    const own: unknown = ownOptions(mail.data.graph).mailbox;
    if (senders === undefined && settings.mailbox === 'from' && own === undefined)
      return { mailbox: undefined, findings: [] };
    const { from, sender } = senders ?? { from: [], sender: undefined };
    return { mailbox: chooseMailbox(settings, { from, sender, own, mail }), findings: [] };
  } catch (error) {
    return { mailbox: undefined, findings: [finding('mailbox-refused', errorText(error))] };
  }
}

/** Compares From, Sender and the envelope's sender with the mailbox. */
export function checkSender(
  view: MailView,
  fields: readonly HeaderField[],
  mailbox: string | undefined,
): PreflightFinding[] {
  const findings: PreflightFinding[] = [];
  let from: string[];
  try {
    from = addressesIn(fields, 'from');
  } catch (error) {
    return [finding('unclear-address-field', errorText(error), { field: 'From' })];
  }
  const unsendable = from.filter((address) => !hasAsciiLocalPart(address));
  if (unsendable.length > 0) {
    findings.push(
      finding(
        'non-ascii-address',
        `From has letters outside ASCII before the @: ${unsendable.join(', ')}. Send from another address of that mailbox.`,
        { addresses: unsendable },
      ),
    );
  }
  if (from.length === 0) findings.push(...withoutFrom(view.raw, mailbox));
  findings.push(...checkEnvelopeSender(view, from), ...checkDomain(from.length > 0 ? from : [mailbox ?? '']));
  // An object id does not say which addresses the mailbox has.
  if (mailbox === undefined || isGuid(mailbox)) return findings;
  const others = from.filter((address) => canonicalAddress(address) !== mailbox);
  if (others.length > 0) {
    findings.push(
      finding(
        'from-not-mailbox',
        `From is ${others.join(', ')}, but the mailbox ${mailbox} would send. Exchange may refuse this, put the mailbox's address in its place, or allow it where the mailbox has the right to send as that address: reports differ. Send from the mailbox's own primary address and put the other into replyTo, or try it with one mail first.`,
        { from: others, mailbox },
      ),
    );
  }
  findings.push(...checkSenderField(fields, mailbox));
  return findings;
}

function checkDomain(from: readonly string[]): PreflightFinding[] {
  const limited = from.find((address) => onmicrosoftLimit(address) !== undefined);
  if (limited === undefined) return [];
  const message = `${onmicrosoftLimit(limited)} Send from a domain of your own.`;
  return [finding('onmicrosoft-sender', message, { from: limited })];
}

function withoutFrom(raw: boolean, mailbox: string | undefined): PreflightFinding[] {
  if (raw) return [finding('from-missing', 'The message has no From. A raw message must bring its own From field.')];
  if (mailbox === undefined) return [];
  if (isGuid(mailbox)) {
    return [
      finding(
        'from-missing',
        'The message has no From, and the mailbox is given by object id, so its address is not known. Give from.',
      ),
    ];
  }
  return [
    finding('from-added', `The message has no From; ${mailbox} is written into it. Give from if that is not wanted.`, {
      mailbox,
    }),
  ];
}

function checkEnvelopeSender({ mail, envelope }: MailView, from: readonly string[]): PreflightFinding[] {
  if (!mail.data.envelope || from.length === 0) return [];
  const sender = envelope.from;
  if (sender && from.some((address) => canonicalAddress(address) === canonicalAddress(sender))) return [];
  return [
    finding(
      'envelope-from',
      `The envelope's sender is ${sender ? sender : "empty ('<>')"}, which Microsoft Graph has no place for: bounces go to the Inbox of the sending mailbox. Read bounces there, or keep this mail on SMTP.`,
      { envelopeFrom: sender },
    ),
  ];
}

function checkSenderField(fields: readonly HeaderField[], mailbox: string): PreflightFinding[] {
  const list = parseAddressList(fieldsNamed(fields, 'sender')[0]?.value ?? '');
  const sender = 'addresses' in list ? list.addresses[0] : undefined;
  if (sender === undefined || canonicalAddress(sender) === mailbox) return [];
  return [
    finding(
      'sender-header',
      `Sender is ${sender}, but the mailbox ${mailbox} would send. What Exchange makes of such a Sender is not documented: try it with one mail first.`,
      { sender },
    ),
  ];
}
