import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { AttemptEvent, GraphTransport } from '../../index.js';

export type { TraceStatus } from '../../index.js';

/** Any Nodemailer transporter. With one over Microsoft Graph, a run knows the outcome of every send and the mailbox behind it. */
export interface BulkTransporter {
  // biome-ignore lint/suspicious/noExplicitAny: the types of a transporter differ with Nodemailer's major version
  sendMail(message: any): Promise<unknown>;
}

/** What a run uses of a transport over Graph beside `sendMail`. */
export type GraphTransporter = Pick<GraphTransport, 'mailboxFor' | 'settle'> &
  Partial<Pick<GraphTransport, 'traceMessages'>> & { readonly mailboxConcurrency?: number };

/**
 * The Graph transport behind a transporter, if there is one. Recognised by its shape: it may be of another copy of this package,
 * or a copy of the object.
 */
export function graphTransporterOf(transporter: BulkTransporter): GraphTransporter | undefined {
  const { transporter: transport } = transporter as { transporter?: unknown };
  if (typeof transport !== 'object' || transport === null) return undefined;
  const { mailboxFor, settle } = transport as Record<string, unknown>;
  return typeof mailboxFor === 'function' && typeof settle === 'function' ? (transport as GraphTransporter) : undefined;
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
