/** How near the mailboxes are to Graph's limits. */
export interface ThrottlingView {
  /** As the sandbox was told; `null` is off. */
  limits: {
    /** Requests in flight. */
    concurrency: number | null;
    /** Requests in 10 minutes. */
    requests: number | null;
    /** Bytes of POST, PUT and PATCH in 5 minutes. */
    uploadBytes: number | null;
    /** Messages in a minute. */
    messageRate: number | null;
  };
  /** Each application with a mailbox that it has asked for, in the order of their first requests. */
  mailboxes: ThrottlingGauge[];
}

/** What one application used of one mailbox, refused requests included. */
export interface ThrottlingGauge {
  /** Primary address, lower case. */
  mailbox: string;
  appId: string;
  /** Requests in flight now, refused ones that wait for their answer included. */
  inFlight: number;
  /** In the last 10 minutes. */
  requests: number;
  /** Of the last 5 minutes; what was refused is not in it. */
  uploadBytes: number;
  /** Messages of the mailbox, of whatever application, that went out in the last minute. */
  messages: number;
  /** Messages of the mailbox that wait for their turn. */
  queued: number;
}
