/** What happened since the start, or since `clear()`. */
export interface SandboxStats {
  /** POSTs to the token endpoint, refused ones included. */
  tokenRequests: number;
  tokensIssued: number;
  /** Token requests whose `claims` answer a claims challenge; a client's mere capabilities (`xms_cc`) do not count. */
  claimsRequests: number;
  /** Messages taken, also when a fault hid that from the client. */
  submissions: number;
  /** Requests of any kind that were answered with 4xx or 5xx, by the rules or by a fault. */
  refused: number;
  /** Requests that were answered with 429. */
  throttled: number;
  /** Scripted faults that struck. */
  faults: number;
  /** The most requests in flight at one time, refused ones included, by mailbox address in lower case. */
  maxInFlight: Record<string, number>;
}
