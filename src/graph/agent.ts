import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { type ClientRequest, Agent as HttpAgent } from 'node:http';
import https, { type Agent, type AgentOptions, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import tls, { type ConnectionOptions } from 'node:tls';
import { configError } from '../common/errors.js';
import { processWide } from '../common/process-wide.js';
import { shown } from '../options/shown-value.js';
import { authority, type ProxyChoice } from './proxy.js';
import { openTunnel } from './proxy-tunnel.js';

/**
 * Milliseconds after which an idle connection is closed by us. A server that closes one just as a message is written to
 * it makes that message's outcome unknown, so ours must come first; servers commonly wait 5 seconds or more.
 */
const idleTimeout = 4_000;

/**
 * Whether this is Deno, which makes a request a second time by itself when the connection that it was to use again breaks,
 * or is destroyed. A message could go out twice.
 */
const resends = 'deno' in process.versions;

/** How connections get through proxies. */
export interface Proxying {
  choose: ProxyChoice;
  /** Product token for the proxy's log. */
  userAgent: string;
  /** Milliseconds for one request; a tunnel may take as long, but not longer than {@link longestWait}. */
  timeout: number;
}

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

/**
 * An agent that closes an idle connection on which something arrives. Nothing was asked there, so it would pass for the
 * answer to the next request.
 */
class IdleAgent extends https.Agent {
  override keepSocketAlive(socket: Duplex): boolean {
    // Node's types leave out what it returns.
    const kept = super.keepSocketAlive(socket) as unknown as boolean;
    if (kept) socket.on('data', closeUnasked);
    return kept;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.off('data', closeUnasked);
    super.reuseSocket(socket, request);
  }
}

function closeUnasked(this: Duplex): void {
  this.destroy();
}

/** Milliseconds after which a proxy that does not answer has failed. */
const longestWait = 30_000;

/**
 * An agent whose connections lead through the proxy that is chosen for their host, or directly where none is.
 * @internal
 */
export class ProxyAgent extends IdleAgent {
  readonly #proxying: Proxying;
  readonly #opening = new Set<(reason: Error) => void>();

  constructor(options: AgentOptions, proxying: Proxying) {
    super(options);
    this.#proxying = proxying;
  }

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const { choose, userAgent, timeout } = this.#proxying;
    const host = options.host ?? 'localhost';
    const port = Number(options.port) || 443;
    const proxy = choose(`https://${authority(host, port)}`);
    if (!proxy) return super.createConnection(options, callback);
    const done = callback as (error: Error | null, stream?: Duplex) => void;
    const wanted = { proxy, host, port, userAgent, timeout: Math.min(timeout, longestWait) };
    const giveUp = openTunnel({ ...wanted, tls: options as ConnectionOptions }, (error, socket) => {
      this.#opening.delete(giveUp);
      done(error, socket);
    });
    this.#opening.add(giveUp);
    return undefined;
  }

  /** Also gives up tunnels that are not open yet, of which Node's agent does not know. */
  override destroy(): void {
    super.destroy();
    for (const giveUp of this.#opening) giveUp(new Error('the agent was destroyed'));
  }
}

/** Contexts that are kept for the next transport; each takes megabytes, and many times that of a connection to make. */
const keptContexts = 8;

/** A context, and not the option `ca`: Node would put that into the name of every connection, and read it anew for each. */
function trusting(ca: string): tls.SecureContext {
  const trusted = trustedCertificates(process.env);
  const contexts = processWide('secure-contexts', () => new Map<string, tls.SecureContext>());
  const key = `${digestOf(trusted)} ${digest([ca])}`;
  // Given a CA, Node would trust that one alone.
  const context = contexts.get(key) ?? tls.createSecureContext({ ca: [...trusted, ca] });
  // The one that was not used for longest stands first.
  contexts.delete(key);
  contexts.set(key, context);
  if (contexts.size > keptContexts) contexts.delete(contexts.keys().next().value as string);
  return context;
}

/** Of lists that Node gives again and again; they are long. */
const digests = new WeakMap<readonly string[], string>();

function digestOf(certificates: readonly string[]): string {
  const known = digests.get(certificates) ?? digest(certificates);
  digests.set(certificates, known);
  return known;
}

function digest(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('base64');
}

/** What Node trusts by default: its own certificates, and those of `NODE_EXTRA_CA_CERTS`. */
export function trustedCertificates(env: NodeJS.ProcessEnv): readonly string[] {
  // Since Node 22.15.
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default') => string[] };
  if (getCACertificates) return getCACertificates('default');
  const file = env.NODE_EXTRA_CA_CERTS;
  if (!file) return tls.rootCertificates;
  try {
    const { size, mtimeMs } = statSync(file);
    const stamp = `${file} ${size} ${mtimeMs}`;
    if (extended?.stamp !== stamp) {
      extended = { stamp, certificates: [...tls.rootCertificates, readFileSync(file, 'utf8')] };
    }
    return extended.certificates;
  } catch {
    // Node warned of it when it started.
    return tls.rootCertificates;
  }
}

/** What was last found in a file of `NODE_EXTRA_CA_CERTS`, which is hundreds of kilobytes as a rule. */
let extended: { stamp: string; certificates: readonly string[] } | undefined;
