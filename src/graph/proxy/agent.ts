import type { AgentOptions, RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { IdleAgent } from '../idle-agent.js';
import type { ProxyChoice } from './choice.js';
import { authority } from './server.js';
import { openTunnel } from './tunnel.js';

/** How connections get through proxies. */
export interface Proxying {
  choose: ProxyChoice;
  /** Product token for the proxy's log. */
  userAgent: string;
  /** Milliseconds for one request; a tunnel may take as long, but not longer than {@link longestWait}. */
  timeout: number;
}

/** Milliseconds after which a proxy that does not answer has failed. */
const longestWait = 30_000;

/** An agent whose connections lead through the proxy that is chosen for their host, or directly where none is. */
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
