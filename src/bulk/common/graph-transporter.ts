import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { GraphTransport } from '../../transport/graph-transport.js';
import type { AttemptEvent } from '../../transport/send-events.js';
import type { BulkTransporter } from '../run/bulk-options.js';

/** What a run uses of a transport over Graph beside `sendMail`. */
export type GraphFace = Pick<GraphTransport, 'mailboxFor' | 'settle'> &
  Partial<Pick<GraphTransport, 'traceMessages'>> & { readonly mailboxConcurrency?: number };

/**
 * The Graph transport behind a transporter, if there is one. Told by its shape: it may be of another copy of this package,
 * or a copy of the object.
 */
export function graphFace(transporter: BulkTransporter): GraphFace | undefined {
  const { transporter: transport } = transporter as { transporter?: unknown };
  if (typeof transport !== 'object' || transport === null) return undefined;
  const { mailboxFor, settle } = transport as Record<string, unknown>;
  return typeof mailboxFor === 'function' && typeof settle === 'function' ? (transport as GraphFace) : undefined;
}

const attemptChannel = 'nodemailer-graph-transport:send:attempt';

/** A request that Graph refused for coming too fast, or for being busy. */
export interface Throttling {
  mailbox: string;
  messageId: string | undefined;
  /** HTTP status: 429 or 503. */
  status: number;
  /** Milliseconds from now, where the answer named a time. */
  retryAfter: number | undefined;
}

/** Listens for throttling, of every transport in this process; the returned function ends it. */
export function watchThrottling(listener: (throttling: Throttling) => void): () => void {
  const onAttempt = (message: unknown) => {
    const { send, status, retryAfter } = message as AttemptEvent;
    if (status !== 429 && status !== 503) return;
    listener({ mailbox: send.mailbox, messageId: send.messageId, status, retryAfter });
  };
  subscribe(attemptChannel, onAttempt);
  return () => unsubscribe(attemptChannel, onAttempt);
}
