/** A rule as the API takes and gives it. */
export interface Rule {
  on: string | string[];
  [field: string]: unknown;
}

export interface ActiveRule {
  id: string;
  rule: Rule;
  /** Null when it strikes without end. */
  left: number | null;
  struck: number;
  /** The scenario that it belongs to. */
  scenario?: string;
}

export interface Faults {
  rules: ActiveRule[];
  scenario: string | null;
  scenarios: { name: string; description: string }[];
  /** Addresses that cause a fault by themselves. */
  recipients?: { address: string; does: string }[];
}

export interface Throttling {
  limits: Record<'concurrency' | 'requests' | 'uploadBytes' | 'messageRate', number | null>;
  mailboxes: {
    mailbox: string;
    appId: string;
    inFlight: number;
    requests: number;
    uploadBytes: number;
    messages: number;
    queued: number;
  }[];
}
