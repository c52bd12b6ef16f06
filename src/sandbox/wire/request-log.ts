import { BoundedLog } from './bounded-log.js';

/** One request to the HTTPS side, as it was answered. */
export interface RequestLogEntry {
  method: string;
  /** Path and query as sent. */
  path: string;
  /** Undefined while there is no answer, and for ever when none is given. */
  status: number | undefined;
  at: Date;
  /** Address of the mailbox that the path names, or the name itself when nobody has it. */
  mailbox?: string;
  /** As the caller sent it. */
  clientRequestId: string | undefined;
  requestId: string;
  userAgent: string | undefined;
  /** Milliseconds from the head of the request to its answer; undefined while there is none. */
  durationMs: number | undefined;
  /** The scripted fault that struck it. */
  fault?: string;
}

/** The newest 10,000 requests. */
export class RequestLog extends BoundedLog<RequestLogEntry> {
  constructor() {
    super(10_000);
  }
}
