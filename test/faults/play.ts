import type { GraphTransportOptions } from '../../src/index.js';
import type { RequestKind } from './graph-routes.js';
import type { MailboxBehaviour } from './scripted-mailbox.js';
import { type Report, setStage } from './stage.js';
import type { Strike } from './strikes.js';
import { makeMessage, requestSize, type Size } from './test-message.js';

export interface Scene {
  size?: Size;
  /** What strikes which request, from 0. Each has a connection of its own. */
  strikeOf: (request: number) => Strike | undefined;
  options?: Partial<GraphTransportOptions>;
  behaviour?: MailboxBehaviour | undefined;
  /** Milliseconds to look into message trace afterwards, when it is not known whether the message was sent. */
  traceWindow?: number;
}

/** What was reported of a message, beside what was so when all was over. */
export interface Verdict extends Report {
  /** How often the server took it. */
  accepted: number;
  /** Copies of it that lie unsent in Drafts. */
  drafts: number;
  /** What the server was asked for. */
  requests: RequestKind[];
  /** What was reported before message trace was asked. */
  before: Report;
}

/** Sends one message while what is to strike strikes, and looks what has come of it. */
export async function play({ size = '1 KB', strikeOf, traceWindow, ...wishes }: Scene): Promise<Verdict> {
  const message = makeMessage(size);
  let connections = 0;
  /** Those that were refused: the proxy does not know of them. */
  let refused = 0;
  const stage = await setStage({
    ...wishes,
    refuse: () => {
      const refuse = strikeOf(connections++)?.point.refused ?? false;
      if (refuse) refused++;
      return refuse;
    },
    connectionFaultOf: (index) => strikeOf(refused + index)?.point.connection?.(requestSize(size)),
    handlingOf: (_, link) => {
      const strike = strikeOf(refused + link.index);
      const handling = strike?.point.request;
      const { timeOut } = stage;
      return handling && ((exchange) => handling({ ...exchange, link, delivered: strike.delivered, timeOut }));
    },
  });
  const { mailbox, server } = stage;
  const before = await stage.send(message.mail);
  const asked = before.outcome === 'unknown' && traceWindow !== undefined;
  const report = asked ? await stage.settle(message.messageId, traceWindow) : before;
  await stage.close();
  return {
    ...report,
    accepted: mailbox.accepted(message.messageId),
    drafts: mailbox.drafts(message.messageId),
    requests: server.requests,
    before,
  };
}
