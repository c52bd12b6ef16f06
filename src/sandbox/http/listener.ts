import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A server with the sockets it holds. */
export class Listener {
  readonly #server: Server;
  readonly #sockets = new Map<number | undefined, Socket>();
  #closed: Promise<void> | undefined;

  constructor(server: Server) {
    this.#server = server;
    // An idle socket that the server closes while a client writes to it looks like a lost mail: be the patient side.
    server.keepAliveTimeout = 65_000;
    server.on('connection', (socket: Socket) => {
      const port = socket.remotePort;
      this.#sockets.set(port, socket);
      socket.on('close', () => this.#sockets.get(port) === socket && this.#sockets.delete(port));
      socket.on('error', () => {});
    });
  }

  /** Resolves to the port. Rejects with a sentence that names address, port and its `use` when they cannot be had. */
  open(host: string, port: number, use: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.on('error', (cause: NodeJS.ErrnoException) => reject(explain(cause, host, port, use)));
      try {
        this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
      } catch (cause) {
        reject(explain(cause as NodeJS.ErrnoException, host, port, use));
      }
    });
  }

  /** Sends a TCP RST to the client at this port. A TLS socket cannot do it itself, so the TCP socket below it does. */
  reset(remotePort: number | undefined): void {
    const socket = this.#sockets.get(remotePort);
    try {
      socket?.resetAndDestroy();
    } catch {
      // Bun has the method, and cannot do it.
      socket?.destroy();
    }
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets.values()) socket.destroy();
    });
    return this.#closed;
  }
}

function explain(cause: NodeJS.ErrnoException, host: string, port: number, use: string): Error {
  if (cause.code === 'EADDRNOTAVAIL') {
    const reason = `${host} is not an address of this machine: ${use} cannot listen there.`;
    return Object.assign(new Error(reason, { cause }), { code: cause.code });
  }
  const reason =
    cause.code === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use (by another sandbox?): choose another one for ${use}.`
      : `Port ${port} on ${host} cannot be used (${cause.message}): choose another one for ${use}.`;
  return Object.assign(new Error(reason, { cause }), { code: cause.code, port });
}
