import type { Address } from '../mail/address-list.js';

/** Why a recipient cannot get a message. */
export interface Bounce {
  recipient: Address;
  /** Enhanced status code (RFC 3463). */
  status: string;
  /** The words of the server that refused it, with its SMTP code. */
  diagnostic: string;
  /** Name of that server when it is not Exchange itself. */
  remote?: string;
  /** A sentence for the sender. */
  explanation: string;
}
