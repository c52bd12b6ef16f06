import type { BounceFault } from './bounce-status.js';

/** What a mail server did with a recipient (RFC 3464 §2.3.3). `'delayed'`: it is still trying. */
export type BounceAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** What a report says about one recipient. */
export interface BouncedRecipient {
  /** The address that the mail was sent to, as far as the report tells it from the one that failed in the end. */
  address: string;
  /** @default 'failed' where the report has no delivery status that a program can read */
  action: BounceAction;
  /** Enhanced status code (RFC 3463), for instance `5.1.10`. */
  status?: string;
  /** The words of the server that refused it. */
  diagnostic?: string;
  /** What is at fault. */
  fault: BounceFault;
  /**
   * Nothing sent to this address will arrive: it does not exist, or takes no mail any more. Only these belong on a
   * suppression list.
   */
  hard: boolean;
}

/** A report about the delivery of one mail: as a rule that it was not delivered. */
export interface Bounce {
  /** Message-ID of the mail that it is about, in angle brackets. */
  originalMessageId?: string;
  recipients: BouncedRecipient[];
  /** When the report was written (its Date), in ISO 8601. */
  reportedAt?: string;
  /** The mail server that wrote it. */
  reportingMta?: string;
}
