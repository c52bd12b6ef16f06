import type { Agent } from 'node:https';
import { CertificateSource } from './auth/certificate-source.js';
import { tokenRequest } from './auth/token-request.js';
import { TokenSource } from './auth/token-source.js';
import { systemClock } from './clock.js';
import type { DeliveryContext } from './delivery/context.js';
import { MessageIds } from './delivery/message-ids.js';
import { RateLimiter } from './delivery/rate-limiter.js';
import { RetryBudget } from './delivery/retry-budget.js';
import { Turnstile } from './delivery/turnstile.js';
import { checkAgent, createAgent } from './graph/agent.js';
import { GraphClient } from './graph/client.js';
import { type Cloud, resolveCloud } from './graph/clouds.js';
import { settleProxies } from './graph/proxy-choice.js';
import type { Settings } from './settings.js';
import { version } from './version.js';

/** Product token of every request: stable, so that an administrator can allow it by name. */
const userAgent = `nodemailer-graph-transport/${version}`;

/** What a transport delivers with, and what of it is to be looked after. */
export interface OpenContext {
  context: DeliveryContext;
  agent: Agent;
  certificates: CertificateSource | undefined;
}

/**
 * Puts together what one transport delivers with: connections, tokens, and what bounds the requests of all its mailboxes.
 * @param closing ends token requests
 * @throws GraphMailError `ECONFIG`
 */
export function openContext(settings: Settings, closing: AbortSignal, warn: (message: string) => void): OpenContext {
  const { identity, timeout, maxConnections, rateLimit, rateDelta } = settings;
  const { credential } = identity;
  const clock = systemClock;
  const certificates = credential.kind === 'certificate' ? new CertificateSource(credential, clock, warn) : undefined;
  const cloud = resolveCloud(settings.cloud);
  const agent = settings.agent === undefined ? ownAgent(settings, cloud) : checkAgent(settings.agent);
  const tokens = tokenRequest(identity, { certificates, cloud, agent, userAgent, timeout, clock }, closing);
  const rate = rateLimit === undefined ? undefined : new RateLimiter(rateLimit, rateDelta, clock);
  const bounded = maxConnections !== undefined || rate !== undefined;
  const context: DeliveryContext = {
    graph: new GraphClient(cloud.graphHost, agent, userAgent, timeout),
    tokens: new TokenSource(tokens, clock),
    budget: new RetryBudget(),
    clock,
    limits: settings,
    timeout,
    random: Math.random,
    messageIds: new MessageIds(clock),
    rate,
    connections: bounded
      ? new Turnstile({
          limit: () => maxConnections ?? Number.POSITIVE_INFINITY,
          // Nodemailer's rate is one of messages, whatever else it takes to send them.
          wait: ({ submission }) => (submission ? (rate?.wait ?? 0) : 0),
          free: ({ submission }) => !submission,
          entered: ({ submission }) => submission && rate?.reserve(),
          clock,
        })
      : undefined,
  };
  return { context, agent, certificates };
}

function ownAgent({ proxy, timeout }: Settings, { ca, authorityHost, graphHost }: Cloud): Agent {
  const choose = settleProxies(proxy, process.env, [authorityHost, graphHost]);
  return createAgent(ca, choose && { choose, userAgent, timeout });
}
