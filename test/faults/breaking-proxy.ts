import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { RequestBytes } from './request-bytes.js';

/** What the proxy does to the client. `half-close` says goodbye, and still passes on what the client sends. */
export type Breakage = 'reset' | 'close' | 'half-close' | 'silence' | 'garbage';

/** Where a connection breaks, and how. */
export type ConnectionFault =
  /** As soon as it stands. */
  | { at: 'accept'; how: Breakage | 'impostor' }
  /** The ClientHello is here, and goes nowhere. */
  | { at: 'client-hello'; how: Breakage }
  /** Half of what the server says to the ClientHello has been passed on. */
  | { at: 'server-hello'; how: Breakage }
  /** This many bytes of the request have been passed on, as they are on the wire. */
  | { at: 'request'; bytes: number; how: Breakage };

/** One connection of the client. */
export interface Link {
  /** 0 for the first. */
  index: number;
  /** What the client sees when the server's side is gone. */
  ending: 'reset' | 'close';
  /** Breaks it now, whatever passes. */
  break(how: Breakage): void;
  /** Breaks it when the next bytes of the client come, which go nowhere. */
  breakOnNextBytes(how: Breakage): void;
}

export interface BreakingProxy {
  port: number;
  /** All connections so far. */
  links: readonly Link[];
  /** By the local port of the proxy's own connection to the server. */
  linkOf(port: number): Link | undefined;
  close(): Promise<void>;
}

export interface BreakingProxyOptions {
  server: number;
  /** A server with another certificate. */
  impostor: () => Promise<number>;
  /** @param index of the connection, from 0 */
  faultOf: (index: number) => ConnectionFault | undefined;
  /** Told when a connection has fallen silent. */
  silent: () => void;
}

/** A TCP proxy on 127.0.0.1 that breaks connections where it is told to. */
export async function startBreakingProxy(options: BreakingProxyOptions): Promise<BreakingProxy> {
  const { faultOf, silent } = options;
  const clients = new Set<Socket>();
  const byPort = new Map<number, Link>();
  const links: Link[] = [];

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    clients.add(client);
    client.on('error', () => {}).on('close', () => clients.delete(client));
    const index = links.length;
    const fault = faultOf(index);
    const take = (port: number) => {
      const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      const link = join(index, client, upstream, fault, silent);
      upstream.on('connect', () => byPort.set(upstream.localPort ?? 0, link));
      links.push(link);
    };
    if (fault?.how === 'impostor') void options.impostor().then(take);
    else take(options.server);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    links,
    linkOf: (localPort) => byPort.get(localPort),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

function join(
  index: number,
  client: Socket,
  upstream: Socket,
  fault: ConnectionFault | undefined,
  silent: () => void,
): Link {
  /** Whether bytes still pass, to the server and to the client. */
  const open = { up: true, down: true };
  let next: Breakage | undefined;

  const finish = (ending: Link['ending']) => {
    if (ending === 'close') client.end();
    // What was passed on before is the client's to read first.
    else client.write('', () => setImmediate(() => client.resetAndDestroy()));
  };
  const link: Link = {
    index,
    ending: 'close',
    break: (how) => {
      open.down = false;
      if (how === 'half-close') return void client.end();
      open.up = false;
      if (how === 'silence') {
        client.pause();
        setImmediate(silent);
        return;
      }
      upstream.resetAndDestroy();
      if (how === 'garbage') client.end('This is not what you expect here.\r\n');
      else finish(how);
    },
    breakOnNextBytes: (how) => {
      next = how;
    },
  };

  const request = new RequestBytes();
  let passed = 0;
  let struck = fault?.at !== 'request';
  client.on('data', (chunk) => {
    if (!open.up) return;
    if (next) return link.break(next);
    if (fault?.at === 'client-hello') return link.break(fault.how);
    if (struck || fault?.at !== 'request') return void upstream.write(chunk);
    const begin = request.handshakeIn(chunk);
    const left = fault.bytes - passed;
    passed += chunk.length - begin;
    if (passed <= fault.bytes) return void upstream.write(chunk);
    struck = true;
    upstream.write(fault.how === 'half-close' ? chunk : chunk.subarray(0, begin + left), () => link.break(fault.how));
    open.up = fault.how === 'half-close';
  });
  upstream.on('data', (chunk) => {
    if (!open.down) return;
    if (fault?.at !== 'server-hello') return void client.write(chunk);
    client.write(chunk.subarray(0, chunk.length / 2));
    link.break(fault.how);
  });
  // What the client has sent arrives, even if the client is gone by then.
  client.on('end', () => upstream.end()).on('close', () => upstream.end());
  const gone = () => {
    if (!open.down) return;
    open.down = false;
    finish(link.ending);
  };
  upstream
    .on('end', gone)
    .on('close', gone)
    .on('error', () => {});
  if (fault?.at === 'accept' && fault.how !== 'impostor') link.break(fault.how);
  return link;
}
