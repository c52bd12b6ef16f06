import type { Agent } from 'node:https';
import { CertificateSource } from '../auth/certificate/certificate-source.js';
import { nameOf, partsOf, SharedSignIn, type SignInUser } from '../auth/shared-sign-in.js';
import { tokenRequest } from '../auth/token-request.js';
import { TokenSource } from '../auth/token-source.js';
import { systemClock } from '../common/clock.js';
import { processWide } from '../common/process-wide.js';
import { version } from '../common/version.js';
import type { GateClient } from '../delivery/gate/mailbox-gate.js';
import { MailboxGates } from '../delivery/gate/mailbox-gates.js';
import { RateLimiter } from '../delivery/gate/rate-limiter.js';
import { RequestQueue } from '../delivery/gate/request-queue.js';
import { type TraceLimits, traceLimits } from '../delivery/lookup/message-trace.js';
import { MessageIds } from '../delivery/request/composition.js';
import { RetryBudget } from '../delivery/request/retry-delay.js';
import type { DeliveryContext } from '../delivery/request/types.js';
import { checkAgent, createAgent } from '../graph/agent.js';
import { GraphClient } from '../graph/client.js';
import { settleProxies } from '../graph/proxy.js';
import { type Cloud, resolveCloud } from '../options/clouds.js';
import type { Identity, Settings } from '../options/settings.js';
import { closedError } from './in-flight.js';

/** Product token of every request: stable, so that an administrator can allow it by name. */
const userAgent = `nodemailer-graph-transport/${version}`;

/** Messages that may be composed beyond those in flight, so that requests do not wait for composing. */
export const lookAhead = 2;

/** What a transport needs to deliver mail, and the resources that it must release. */
export interface OpenContext {
  context: DeliveryContext & { client: GateClient };
  gates: MailboxGates;
  certificates: CertificateSource | undefined;
  /** Context and limits for message trace; undefined without the option `trace`. */
  trace: (() => { context: DeliveryContext; limits: TraceLimits }) | undefined;
  /** Lets go of what the transport shares with others. */
  release: () => void;
}

/**
 * Puts together what one transport delivers with: what bounds the requests of all its mailboxes, and the gates, tokens and
 * connections that it shares with other transports of the process.
 * @param closing aborted when the transport closes
 * @param user the transport, which must hold it as long as it lives
 * @throws GraphMailError `ECONFIG`
 */
export function openContext(settings: Settings, closing: AbortSignal, user: SignInUser): OpenContext {
  const { identity, timeout, maxConnections, rateLimit, rateDelta, mailboxConcurrency, uploadBudget } = settings;
  const clock = systemClock;
  const cloud = resolveCloud(settings.cloud, settings.ca);
  const signIn = openSignIn(settings, settings.identity, cloud);
  const traceSignIn = settings.trace && openSignIn(settings, settings.trace, cloud);
  const rate = rateLimit === undefined ? undefined : new RateLimiter(rateLimit, rateDelta, clock);
  const limited = maxConnections !== undefined || rate !== undefined;
  const { graphHost } = cloud;
  const gates = new MailboxGates(
    { graphHost, clientId: 'clientId' in identity ? identity.clientId : undefined },
    { limit: mailboxConcurrency, lookAhead, uploadBudget, clock },
    (message) => user.warn(message),
  );
  for (const [name, mailbox] of Object.entries(settings.mailboxNames)) gates.join(name, mailbox);
  const context: OpenContext['context'] = {
    graph: new GraphClient(graphHost, signIn.agent, userAgent, timeout, (name, mailbox) => gates.join(name, mailbox)),
    tokens: signIn.tokens,
    budget: new RetryBudget(),
    clock,
    limits: settings,
    timeout,
    random: Math.random,
    messageIds: processWide('message-ids', () => new MessageIds(clock)).byName(gates),
    client: { queued: 0, limited },
    closing,
    rate,
    connections: limited
      ? new RequestQueue({
          limit: () => maxConnections ?? Number.POSITIVE_INFINITY,
          // Nodemailer's rate is one of messages, whatever else it takes to send them.
          wait: ({ submission }) => (submission ? (rate?.wait ?? 0) : 0),
          mayPass: ({ submission }) => !submission,
          acquired: ({ submission }) => submission && rate?.reserve(),
          clock,
        })
      : undefined,
  };
  const releases = [signIn, traceSignIn].map((one) => one?.use(user));
  return {
    context,
    gates,
    certificates: signIn.certificates,
    trace: traceSignIn && openTrace(settings, context, traceSignIn, graphHost, closing),
    release: () => {
      for (const release of releases) release?.();
    },
  };
}

/** Shares with sending only the limits of retries and waiting: tokens, queue, and what an outage may cost are its own. */
function openTrace(
  { identity, trace, timeout }: Settings,
  { clock, limits, random, messageIds }: DeliveryContext,
  { agent, tokens }: SharedSignIn,
  graphHost: string,
  closing: AbortSignal,
): OpenContext['trace'] {
  const tenant = [trace, identity].map((one) => one && 'tenantId' in one && one.tenantId).find(Boolean) || '';
  const context: DeliveryContext = {
    graph: new GraphClient(graphHost, agent, userAgent, timeout),
    tokens,
    budget: new RetryBudget(),
    clock,
    limits,
    timeout,
    random,
    messageIds,
    client: { queued: 0, limited: true },
    closing,
  };
  return () => {
    const shared = traceLimits(`${graphHost} ${tenant.toLowerCase()}`, clock);
    return { context: { ...context, connections: shared.queue }, limits: shared };
  };
}

function openSignIn(settings: Settings, identity: Identity, cloud: Cloud): SharedSignIn {
  const { timeout, proxy, agent: given } = settings;
  const { credential } = identity;
  const { authorityHost, graphHost, ca } = cloud;
  const { HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy } = process.env;
  const way = given ? [nameOf(checkAgent(given))] : [proxy ?? [HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy], ca];
  return SharedSignIn.of([authorityHost, graphHost, timeout, way, partsOf(identity)], (warn) => {
    const clock = systemClock;
    const certificates = credential.kind === 'certificate' ? new CertificateSource(credential, clock, warn) : undefined;
    const agent = given ?? ownAgent(settings, cloud);
    const closing = new AbortController();
    const request = tokenRequest(identity, { certificates, cloud, agent, userAgent, timeout, clock }, closing.signal);
    const end = () => {
      closing.abort(closedError());
      if (!given) agent.destroy();
    };
    return { tokens: new TokenSource(request, clock), certificates, agent, end };
  });
}

function ownAgent({ proxy, timeout }: Settings, { ca, authorityHost, graphHost }: Cloud): Agent {
  const choose = settleProxies(proxy, process.env, [authorityHost, graphHost]);
  return createAgent(ca, choose && { choose, userAgent, timeout });
}
