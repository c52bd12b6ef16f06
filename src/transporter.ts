import type { SendMailOptions, Transporter } from 'nodemailer';
import { loadNodemailer } from './load-nodemailer.js';
import type { GraphMessageOptions, GraphTransportOptions } from './option-types.js';
import type { GraphSentMessageInfo } from './sent-message-info.js';
import { type GraphTransport, graphTransport } from './transport.js';

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
  const createTransport = loadNodemailer().createTransport as unknown as (
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

declare module 'nodemailer/lib/mailer/index.js' {
  interface Options {
    /** What this message asks of the Graph transport. */
    graph?: GraphMessageOptions | undefined;
  }
}
