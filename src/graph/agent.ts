import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import type { Agent } from 'node:https';
import tls from 'node:tls';
import { configError } from '../errors.js';
import { shown } from '../option-checks.js';
import { IdleAgent } from './idle-agent.js';
import { ProxyAgent, type Proxying } from './proxy-agent.js';

/**
 * Milliseconds after which an idle connection is closed by us. A server that closes one just as a message is written to
 * it makes that message's outcome unknown, so ours must come first; servers commonly wait 5 seconds or more.
 */
export const idleTimeout = 4_000;

/**
 * Whether this is Deno, which makes a request a second time by itself when the connection that it was to use again breaks,
 * or is destroyed. A message could go out twice.
 */
const resends = 'deno' in process.versions;

/**
 * Connections to Graph and Entra: kept alive between requests where that is safe, certificates always checked.
 * @param ca PEM certificates to trust besides Node's own
 * @param proxying where some connections may need a proxy
 */
export function createAgent(ca: string | undefined, proxying?: Proxying): Agent {
  const options = {
    keepAlive: !resends,
    timeout: idleTimeout,
    ...(ca !== undefined && { secureContext: trusting(ca) }),
  };
  return proxying ? new ProxyAgent(options, proxying) : new IdleAgent(options);
}

/** A context, and not the option `ca`: Node would put that into the name of every connection, and read it anew for each. */
function trusting(ca: string): tls.SecureContext {
  // Given a CA, Node would trust that one alone.
  return tls.createSecureContext({ ca: [...trustedCertificates(process.env), ca] });
}

/** What Node trusts when it is not told what: its own certificates, and those of `NODE_EXTRA_CA_CERTS`. */
export function trustedCertificates(env: NodeJS.ProcessEnv): readonly string[] {
  // Since Node 22.15.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  if (getCACertificates) return getCACertificates('default');
  if (!env.NODE_EXTRA_CA_CERTS) return tls.rootCertificates;
  try {
    return [...tls.rootCertificates, readFileSync(env.NODE_EXTRA_CA_CERTS, 'utf8')];
  } catch {
    // Node warned of it when it started.
    return tls.rootCertificates;
  }
}

/**
 * Checks the `agent` option. Agents of other packages need not extend `https.Agent`; what Node asks of them is
 * `addRequest`. A plain `http.Agent` would fail with each request.
 * @throws GraphMailError `ECONFIG`
 */
export function checkAgent(value: unknown): Agent {
  const usable = typeof (value as { addRequest?: unknown } | null)?.addRequest === 'function';
  if (!usable || Object.getPrototypeOf(value) === HttpAgent.prototype) {
    throw configError(`Option 'agent' is ${usable ? 'an http.Agent' : shown(value)}; expected an https.Agent.`);
  }
  if (resends && (value as { keepAlive?: unknown }).keepAlive !== false) {
    throw configError(
      "Option 'agent' keeps connections alive; expected one with keepAlive: false, because Deno sends a request again by itself when a kept connection breaks.",
    );
  }
  return value as Agent;
}
