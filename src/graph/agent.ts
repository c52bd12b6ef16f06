import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';

/**
 * Milliseconds after which an idle connection is closed by us. A server that closes one just as a message is written to
 * it makes that message's outcome unknown, so ours must come first; servers commonly wait 5 seconds or more.
 */
export const idleTimeout = 4_000;

/** Connections to Graph and Entra: kept alive between requests, certificates always checked. */
export function createAgent(ca: string | undefined): Agent {
  return new Agent({
    keepAlive: true,
    timeout: idleTimeout,
    // Given a CA, Node would trust that one alone.
    ...(ca !== undefined && { ca: [...rootCertificates, ca] }),
  });
}
