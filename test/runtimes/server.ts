import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { makeCertificate } from '../helpers/certificates.js';

/** A request that has come whole. */
export interface Arrived {
  method: string;
  /** Without the query. */
  path: string;
  headers: Map<string, string>;
  body: Buffer;
  socket: TLSSocket;
  /** Requests that came on this connection before. */
  earlier: number;
  /** Ends the connection with an RST. */
  reset(): void;
  /** Answers with this body and these header lines, after the id of the request where it has one. */
  answer(status: number, body?: unknown, fields?: string[]): void;
}

export interface ByteServer {
  origin: string;
  ca: string;
  close(): Promise<void>;
}

/** An answer as it goes over the wire. */
export function bytesOf(status: number, text = '', fields: string[] = []): string {
  return [`HTTP/1.1 ${status} x`, ...fields, `content-length: ${text.length}`, '', text].join('\r\n');
}

/**
 * HTTP over TLS, read and written by hand: what arrives is counted and not interpreted, so that a request that a runtime
 * makes a second time cannot hide.
 */
export async function startByteServer(arrived: (request: Arrived) => void): Promise<ByteServer> {
  const own = makeCertificate({ subject: '127.0.0.1', hosts: ['127.0.0.1'] });
  const connections = new Map<number, Socket>();
  const server = createServer({ cert: own.certificate, key: own.privateKey }, (socket) => {
    let received = Buffer.alloc(0);
    let earlier = 0;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        const [line = '', ...fields] = received.toString('latin1', 0, end).split('\r\n');
        const headers = new Map(
          fields.map((field) => [field.split(':', 1)[0]?.toLowerCase() ?? '', field.replace(/^[^:]*:\s*/, '')]),
        );
        const length = Number(headers.get('content-length') ?? 0);
        if (received.length < end + 4 + length) return;
        const body = received.subarray(end + 4, end + 4 + length);
        received = received.subarray(end + 4 + length);
        const [method = '', path = ''] = line.split(/[ ?]/);
        const id = headers.get('client-request-id');
        arrived({
          method,
          path,
          headers,
          body,
          socket,
          earlier: earlier++,
          reset: () => connections.get(socket.remotePort ?? 0)?.resetAndDestroy(),
          answer: (status, body, fields = []) => {
            const text = body === undefined ? '' : JSON.stringify(body);
            const ids = id ? [`client-request-id: ${id}`] : [];
            socket.write(bytesOf(status, text, [...ids, ...fields]));
          },
        });
      }
    });
  });
  server.on('connection', (tcp: Socket) => {
    const port = tcp.remotePort ?? 0;
    connections.set(port, tcp);
    tcp.on('error', () => {}).on('close', () => connections.delete(port));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: own.certificate,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const tcp of connections.values()) tcp.destroy();
      await closed;
    },
  };
}
