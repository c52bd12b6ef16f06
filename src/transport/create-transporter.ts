import { createTransport as nodemailerTransport, type SendMailOptions, type Transporter } from 'nodemailer';
import type { GraphMessageOptions, GraphTransportOptions } from '../options/types.js';
import { type GraphTransport, graphTransport } from './graph-transport.js';
import type { GraphSentMessageInfo } from './send-message.js';

/**
 * A Nodemailer transporter that sends through Microsoft Graph, typed as such with every version of Nodemailer's types.
 * @param defaults defaults for every message, as in `createTransport(transport, defaults)`
 * @throws GraphMailError `ECONFIG`, as {@link graphTransport}
 */
export function createGraphTransporter(
  options: GraphTransportOptions = {},
  defaults?: SendMailOptions,
): Transporter<GraphSentMessageInfo> {
  // Whichever copy of Nodemailer is loaded, its own types may know plugins as SMTP transports only.
  const createTransport = nodemailerTransport as unknown as (
    transport: GraphTransport,
    defaults?: SendMailOptions,
  ) => Transporter<GraphSentMessageInfo>;
  return createTransport(graphTransport(options), defaults);
}

declare module 'nodemailer' {
  // Without the guard, `createTransport(anything of type any)` would become a Graph transporter all over a program.
  export function createTransport<T extends GraphTransport>(
    transport: 0 extends 1 & T ? never : T,
    defaults?: SendMailOptions,
  ): Transporter<GraphSentMessageInfo>;
}

// The same interface by both of its names: an ES module finds @types/nodemailer's by the second alone, and what resolves as
// before TypeScript 4.7 finds that of Nodemailer 10 by the first alone.
declare module 'nodemailer/lib/mailer' {
  interface Options {
    /** What this message asks of the Graph transport. */
    graph?: GraphMessageOptions | undefined;
  }
}

declare module 'nodemailer/lib/mailer/index.js' {
  interface Options {
    /** What this message asks of the Graph transport. */
    graph?: GraphMessageOptions | undefined;
  }
}
