import './time-in-hand.js';

import { createSecureContext, type SecureContext } from 'node:tls';
import nodemailer, { type SendMailOptions } from 'nodemailer';
import { isGraphMailError } from '../../src/common/errors.js';
import { type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { makeCertificate, type TestCertificate } from '../helpers/certificates.js';
import { mailbox as sender } from '../helpers/fixtures.js';
import { type BreakingProxy, type ConnectionFault, type Link, startBreakingProxy } from './breaking-proxy.js';
import type { Outcome } from './fault-point.js';
import { type Exchange, type GraphServer, type Handling, startGraphServer } from './graph-server.js';
import { RefusingAgent } from './refusing-agent.js';
import { type MailboxBehaviour, ScriptedMailbox } from './scripted-mailbox.js';
import { takeTimeout } from './time-in-hand.js';

export interface StageOptions {
  options?: Partial<GraphTransportOptions>;
  behaviour?: MailboxBehaviour | undefined;
  /** How a connection breaks, by its index. */
  connectionFaultOf?: (index: number) => ConnectionFault | undefined;
  /** Asked for each new connection, unless it is of an {@link ownAgent}. */
  refuse?: () => boolean;
  /** What becomes of a request; `undefined` for the usual. */
  handlingOf?: (exchange: Exchange, link: Link) => Handling | undefined;
  /** Whether a connection serves more than one request. */
  keepAlive?: boolean;
  /**
   * Whether connections are made as they are when nobody gives an agent. Such an agent trusts all that Node trusts, and
   * reading that takes 0.1 s for each connection.
   */
  ownAgent?: boolean;
}

/** What a send came to: what was reported, with the error where there was one. */
export interface Report {
  outcome: Outcome;
  error: unknown;
}

/** A transport, the Graph that it sends through, and the proxy between them that can break. */
export interface Stage {
  mailbox: ScriptedMailbox;
  server: GraphServer;
  proxy: BreakingProxy;
  /** Ends the patience of the request under way. */
  timeOut: () => void;
  send(message: SendMailOptions): Promise<Report>;
  /** What message trace makes of a message. */
  settle(messageId: string, window: number): Promise<Report>;
  /** Ends it when all that is on its way has arrived; what the mailbox says then stays. */
  close(): Promise<void>;
}

let trust: { own: TestCertificate; other: TestCertificate; context: SecureContext } | undefined;

export async function setStage(wishes: StageOptions): Promise<Stage> {
  const { handlingOf, connectionFaultOf = () => undefined, keepAlive = false } = wishes;
  trust ??= makeTrust();
  const { own, other, context } = trust;
  const mailbox = new ScriptedMailbox(wishes.behaviour);
  const patience = takeTimeout();
  const server = await startGraphServer({
    mailbox,
    keepAlive,
    certificate: own,
    handlingOf: (exchange) => {
      const link = proxy.linkOf(exchange.port);
      return link && handlingOf?.(exchange, link);
    },
  });
  let impostor: GraphServer | undefined;
  const proxy = await startBreakingProxy({
    server: server.port,
    impostor: async () => {
      impostor ??= await startGraphServer({ mailbox, certificate: other });
      return impostor.port;
    },
    faultOf: connectionFaultOf,
    silent: patience.strike,
  });
  const origin = `https://127.0.0.1:${proxy.port}`;
  const hosts = { authorityHost: origin, graphHost: origin };
  const connecting = wishes.ownAgent
    ? { cloud: { ...hosts, ca: own.certificate }, proxy: false as const }
    : {
        cloud: hosts,
        agent: new RefusingAgent({ keepAlive: true, secureContext: context }, wishes.refuse ?? (() => false)),
      };
  const transport = graphTransport({
    getToken: async () => 'token',
    trace: { getToken: async () => 'token-of-another-application' },
    mailbox: sender,
    timeout: patience.timeout,
    maxRetries: 0,
    ...connecting,
    ...wishes.options,
  });
  const transporter = nodemailer.createTransport(transport);
  return {
    mailbox,
    server,
    proxy,
    timeOut: patience.strike,
    send: (message) => report(() => transporter.sendMail(message)),
    settle: (messageId, window) => report(() => transport.settle({ mailbox: sender, messageId, window, by: 'trace' })),
    close: async () => {
      transporter.close();
      connecting.agent?.destroy();
      await proxy.close();
      await Promise.all([server.close(), impostor?.close()]);
    },
  };
}

async function report(work: () => Promise<unknown>): Promise<Report> {
  try {
    await work();
    return { outcome: 'sent', error: undefined };
  } catch (error) {
    if (!isGraphMailError(error)) throw error;
    return { outcome: error.outcome, error };
  }
}

/** A certificate that is trusted, and one that differs from it only in that. */
function makeTrust() {
  const name = { subject: '127.0.0.1', hosts: ['127.0.0.1'] };
  const own = makeCertificate(name);
  const other = makeCertificate({ ...name, privateKey: own.privateKey });
  return { own, other, context: createSecureContext({ ca: own.certificate }) };
}
