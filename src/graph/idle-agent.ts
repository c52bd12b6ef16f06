import type { ClientRequest } from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';

/**
 * An agent that closes an idle connection on which something arrives. Nothing was asked there, so it would pass for the
 * answer to the next request.
 */
export class IdleAgent extends https.Agent {
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
