import net from 'node:net';
import tls from 'node:tls';

/** How the bytes of a request reach the server. */
export type Delivery =
  | { kind: 'whole' }
  /** In pieces of so many bytes. */
  | { kind: 'pieces'; size: number }
  /** So large a part of it; then the client closes its side, or is gone. */
  | { kind: 'cut'; part: number; leave: 'end' | 'destroy' };

export interface Door {
  port: number;
  /** Of the HTTPS side. */
  ca?: string;
}

export interface Outcome {
  /** Undefined when the connection was closed without an answer. */
  status: number | undefined;
  text: string;
}

const PATIENCE = 3_000;

/**
 * Writes the bytes to a connection of its own and reads until the server closes it. Rejects when it is neither answered
 * nor closed in time; an endless answer (events) is left once it has begun.
 */
export function exchange(door: Door, bytes: Buffer, delivery: Delivery = { kind: 'whole' }): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const { port, ca } = door;
    const socket =
      ca === undefined
        ? net.connect({ port, host: '127.0.0.1' })
        : tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca });
    let text = '';
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const status = /^HTTP\/1\.1 (?!100)(\d{3})/m.exec(text)?.[1];
      resolve({ status: status === undefined ? undefined : Number(status), text });
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`neither answered nor closed within ${PATIENCE} ms; so far: ${text.slice(0, 300)}`));
    }, PATIENCE);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/^content-type: text\/event-stream/im.test(text)) finish();
    });
    // A reset is as good as a close.
    socket.on('error', finish);
    socket.on('close', finish);
    socket.on(ca === undefined ? 'connect' : 'secureConnect', () => deliver(socket, bytes, delivery));
  });
}

function deliver(socket: net.Socket, bytes: Buffer, delivery: Delivery): void {
  if (delivery.kind === 'whole') {
    socket.write(bytes);
  } else if (delivery.kind === 'pieces') {
    socket.setNoDelay(true);
    for (let at = 0; at < bytes.length; at += delivery.size) socket.write(bytes.subarray(at, at + delivery.size));
  } else {
    const cut = bytes.subarray(0, Math.floor(delivery.part * bytes.length));
    if (delivery.leave === 'end') socket.end(cut);
    else socket.write(cut, () => socket.destroy());
  }
}
