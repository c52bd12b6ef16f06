import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { TestCertificate } from './certificates.js';

/** One CONNECT that reached the proxy. */
export interface Connect {
  /** Host and port, as the request line has them. */
  target: string;
  /** The whole head, without its empty line. */
  head: string;
  socket: Socket;
  /** Opens the tunnel to a port of 127.0.0.1; `early` follows the answer's head in the same write. */
  open(port: number, early?: string): void;
}

export interface TestProxy {
  url: string;
  port: number;
  connects: Connect[];
  /** Connections open now. */
  open: number;
  /** Resolves once no connection is open. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export interface TestProxyOptions {
  /** What it does with CONNECT. */
  connect: (request: Connect) => void;
  /** Speaks TLS itself, with this certificate. */
  certificate?: TestCertificate;
  /** What it does with a connection, instead of reading CONNECT from it. */
  connection?: (socket: Socket) => void;
}

/** An HTTP proxy on 127.0.0.1 that does with each CONNECT what the test says. */
export async function startProxy(options: TestProxyOptions): Promise<TestProxy> {
  const sockets = new Set<Socket>();
  let quiet: (() => void)[] = [];
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size > 0) return;
      for (const tell of quiet) tell();
      quiet = [];
    });
  };
  const serve = (socket: Socket) => {
    socket.on('error', () => {});
    if (options.connection) return options.connection(socket);
    let head = '';
    const read = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      const request: Connect = {
        target: /^CONNECT (\S+) HTTP\/1\.1\r\n/.exec(head)?.[1] ?? '',
        head: head.slice(0, head.indexOf('\r\n\r\n')),
        socket,
        open: (port, early = '') => {
          const upstream = connect(port, '127.0.0.1');
          upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
          socket.on('close', () => upstream.destroy());
          upstream.once('connect', () => {
            socket.write(`HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n${early}`);
            socket.pipe(upstream).pipe(socket);
          });
        },
      };
      proxy.connects.push(request);
      options.connect(request);
    };
    socket.on('data', read);
  };
  const { certificate } = options;
  const server: Server = certificate
    ? createTlsServer({ cert: certificate.certificate, key: certificate.privateKey }, serve)
    : createServer(serve);
  server.on('connection', track);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: TestProxy = {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    connects: [],
    get open() {
      return sockets.size;
    },
    idle: () => (sockets.size === 0 ? Promise.resolve() : new Promise((resolve) => quiet.push(resolve))),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return proxy;
}
