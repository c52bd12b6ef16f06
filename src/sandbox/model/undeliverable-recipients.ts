import type { Address } from '../mail/address-list.js';
import type { Bounce } from './non-delivery-report.js';

interface DeliveryRules {
  /** Domains and addresses that cannot be reached; `false`: every one can be reached. */
  undeliverable: readonly string[] | false;
  /** The tenant's own domain. */
  domain: string;
  /** Whether mail to the address can arrive in the tenant. */
  knows: (address: string) => boolean;
  /** Whether a user of the tenant has the address, with a mailbox or without. */
  hasUser: (address: string) => boolean;
  /** Recipients that a message may have. */
  recipientLimit: number | false;
}

/** The recipients that a message cannot be delivered to. None of them is refused when it is sent. */
export function undeliverableRecipients(rules: DeliveryRules): (recipients: readonly Address[]) => Bounce[] {
  const { undeliverable, domain, knows, hasUser, recipientLimit } = rules;
  const unreachable = new Set((undeliverable || []).map((one) => one.toLowerCase()));
  const ownDomain = domain.toLowerCase();
  const bouncesOf = (recipient: Address): Bounce[] => {
    const address = recipient.address.toLowerCase();
    const host = address.slice(address.lastIndexOf('@') + 1);
    const listed = unreachable.has(address) || unreachable.has(host);
    if (host === ownDomain || hasUser(address)) return listed || !knows(address) ? [notInTenant(recipient)] : [];
    return listed ? [refusedElsewhere(recipient, host)] : [];
  };
  return (recipients) => {
    if (recipientLimit !== false && recipients.length > recipientLimit) return recipients.map(tooMany);
    return undeliverable === false ? [] : recipients.flatMap(bouncesOf);
  };
}

function notInTenant(recipient: Address): Bounce {
  return {
    recipient,
    status: '5.1.10',
    diagnostic: `550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ${recipient.address} not found by SMTP address lookup`,
    explanation: 'The address does not exist in this organisation.',
  };
}

function refusedElsewhere(recipient: Address, host: string): Bounce {
  return {
    recipient,
    status: '5.1.1',
    diagnostic: `550 5.1.1 <${recipient.address}>: Recipient address rejected: User unknown`,
    remote: `mx.${host}`,
    explanation: `The mail server of ${host} does not know the address.`,
  };
}

function tooMany(recipient: Address): Bounce {
  return {
    recipient,
    status: '5.5.3',
    diagnostic: '550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients',
    explanation: 'The message has more recipients than the mailbox may write to at once.',
  };
}
