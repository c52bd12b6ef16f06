import { TokenSource } from '../../src/auth/token-source.js';
import { deliver } from '../../src/delivery/deliver.js';
import { MailboxGate } from '../../src/delivery/gate/mailbox-gate.js';
import { type Deliverable, MessageIds } from '../../src/delivery/request/composition.js';
import { RetryBudget } from '../../src/delivery/request/retry-delay.js';
import type { DeliveryContext, DeliveryHooks, DeliveryWay } from '../../src/delivery/request/types.js';
import type { HttpAnswer } from '../../src/graph/http.js';
import type { NetworkFailure } from '../../src/graph/network-failure.js';
import { closedError } from '../../src/transport/in-flight.js';
import { answer, type Script, ScriptedGraph } from './answers.js';
import { VirtualClock } from './virtual-clock.js';

export const mailbox = 'noreply@contoso.com';
export const messageId = '<m@contoso.com>';
export const way: DeliveryWay = {
  delivery: 'direct',
  onUnknown: 'fail',
  verifyWindow: 60_000,
  maxRequestSize: 4_000_000,
};

export interface DeliverySetup {
  clock: VirtualClock;
  graph: ScriptedGraph;
  gate: MailboxGate;
  context: DeliveryContext;
  /** Closes the transport, as far as what is in flight or committed is concerned. */
  close(): void;
  /** The claims of each token request. */
  tokens: (string | undefined)[];
  send(text?: string, hooks?: DeliveryHooks): ReturnType<typeof deliver>;
}

interface Wishes {
  clock?: VirtualClock;
  script?: Script;
  limits?: Partial<DeliveryContext['limits']>;
  concurrency?: number;
  lookAhead?: number;
  token?: (claims: string | undefined, count: number) => Promise<string>;
  way?: Partial<DeliveryWay>;
  heavy?: Deliverable['heavy'];
}

/** All that delivering needs, with time and Graph in the test's hands. */
export function setUp({
  clock = new VirtualClock(),
  script,
  limits,
  concurrency = 4,
  lookAhead = 2,
  token,
  ...wishes
}: Wishes = {}): DeliverySetup {
  const graph = new ScriptedGraph(() => clock.now(), script);
  const gate = new MailboxGate({ limit: concurrency, lookAhead, uploadBudget: false, clock });
  const tokens: (string | undefined)[] = [];
  const closing = new AbortController();
  const context: DeliveryContext = {
    graph,
    tokens: new TokenSource(async (claims) => {
      tokens.push(claims);
      const count = tokens.length;
      return { token: token ? await token(claims, count) : `token-${count}`, lifetime: 3_600_000 };
    }, clock),
    budget: new RetryBudget(),
    clock,
    limits: { maxRetries: 5, maxWait: 300_000, ...limits },
    timeout: 100_000,
    random: () => 0.5,
    messageIds: new MessageIds(clock),
    client: { queued: 0 },
    closing: closing.signal,
  };
  const { heavy } = wishes;
  return {
    clock,
    graph,
    gate,
    context,
    tokens,
    close: () => closing.abort(closedError()),
    send: (text = 'body', hooks) => {
      const compose = async () => ({ body: Buffer.from(text), messageId, ...(heavy && { heavy }) });
      return deliver(context, gate, { mailbox, way: { ...way, ...wishes.way }, compose }, hooks);
    },
  };
}

/** These answers in turn, and 202 ever after. */
export const first =
  (...results: (HttpAnswer | NetworkFailure)[]): Script =>
  (index) =>
    results[index] ?? answer(202);

/** Lets time pass in steps, so that what needs several turns of the event loop keeps up with it. */
export async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) await clock.advance(500);
}
