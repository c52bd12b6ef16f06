import type { PreflightFinding, PreflightVerdict } from './finding.js';

/** What was found out about one mail. It holds addresses and the subject, and nothing of the body. */
export interface PreflightEntry {
  /** Message-ID, as it stands in the header; `undefined` when the check failed before it was read. */
  messageId: string | undefined;
  subject: string | undefined;
  /** The envelope's sender. */
  from: string | undefined;
  /** The mailbox that would send. */
  mailbox: string | undefined;
  /** How many would get it, each counted once; `undefined` where that cannot be told from a raw message. */
  recipients: number | undefined;
  /** Estimated bytes of MIME of everything whose size is known. */
  size: number | undefined;
  /** What becomes of the mail as a whole. */
  verdict: PreflightVerdict;
  /** Everything that would be different; empty when nothing would. */
  findings: PreflightFinding[];
}
