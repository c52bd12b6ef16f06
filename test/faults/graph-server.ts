import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import type { TestCertificate } from '../helpers/certificates.js';
import { type Answer, type RequestKind, route } from './graph-routes.js';
import type { ScriptedMailbox } from './scripted-mailbox.js';

/** One request, in the hands of whoever decides what becomes of it. */
export interface Exchange {
  kind: RequestKind;
  /** 0 for the first request of the server's life. */
  index: number;
  /** The local port of whoever connected: a proxy knows its connections by it. */
  port: number;
  /** Reads the request to its end; rejects when that never comes. */
  read(): Promise<void>;
  /** Does what the request asks for, and gives the answer that says so. After `read`. */
  process(): Answer;
  /** Answers with all that belongs to it. */
  respond(answer: Answer): void;
  /** Writes bytes that need not be an answer; resolves when they have left. */
  write(bytes: string): Promise<void>;
  /** Ends the TLS connection in good order. */
  end(): void;
  /** Closes the TCP connection, without a word. */
  drop(): void;
}

/** What happens to a request instead of an answer. */
export type Handling = (exchange: Exchange) => unknown;

export interface GraphServer {
  port: number;
  /** Kinds of the requests that arrived, in their order. */
  requests: RequestKind[];
  /** Waits until all that was sent to it has been dealt with, and stops. */
  close(): Promise<void>;
}

export interface GraphServerOptions {
  mailbox: ScriptedMailbox;
  certificate: TestCertificate;
  /** Says what happens to a request; `undefined` for the usual. */
  handlingOf?: (exchange: Exchange) => Handling | undefined;
  /** Whether connections serve more than one request. */
  keepAlive?: boolean;
}

/** Graph, as far as it sends mail, over real TLS on 127.0.0.1. What it accepted is what `mailbox` says. */
export async function startGraphServer(options: GraphServerOptions): Promise<GraphServer> {
  const { mailbox, certificate, handlingOf = () => undefined, keepAlive = false } = options;
  const sockets = new Set<Socket>();
  const arriving = new Set<Promise<unknown>>();
  const working: Promise<unknown>[] = [];
  const requests: RequestKind[] = [];

  const server = createServer({ cert: certificate.certificate, key: certificate.privateKey, minVersion: 'TLSv1.3' });
  server.on('connection', (tcp: Socket) => {
    sockets.add(tcp);
    tcp.on('error', () => {}).on('close', () => sockets.delete(tcp));
  });
  server.on('secureConnection', (tls) => {
    tls.on('error', () => {});
    const ended = new Promise<unknown>((resolve) => tls.on('end', resolve).on('close', resolve));
    arriving.add(ended.then(() => arriving.delete(ended)));
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('request', (incoming, response) => {
    const exchange = exchangeOf(incoming, response, requests.length, mailbox, keepAlive);
    requests.push(exchange.kind);
    const handling = handlingOf(exchange) ?? serve;
    const work = Promise.resolve(handling(exchange)).catch(() => exchange.drop());
    working.push(work);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      const limit = new AbortController();
      const patience = new Promise((resolve) => {
        const timer = setTimeout(resolve, 2_000);
        limit.signal.addEventListener('abort', () => clearTimeout(timer));
      });
      await Promise.race([Promise.all(arriving).then(() => Promise.all(working)), patience]);
      limit.abort();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const serve: Handling = async (exchange) => {
  await exchange.read();
  exchange.respond(exchange.process());
};

function exchangeOf(
  incoming: IncomingMessage,
  response: ServerResponse,
  index: number,
  mailbox: ScriptedMailbox,
  keepAlive: boolean,
): Exchange {
  const { kind, process } = route(incoming.method ?? '', incoming.url ?? '');
  const socket = incoming.socket as TLSSocket;
  let body: Buffer | undefined;
  incoming.on('error', () => {});
  response.on('error', () => {});
  return {
    kind,
    index,
    port: socket.remotePort ?? 0,
    read: async () => {
      body = await buffer(incoming);
    },
    process: () => {
      if (!body || !incoming.complete) throw new Error('a request is processed when it was read whole, and not before');
      return process(mailbox, body);
    },
    respond: ({ status, headers, body: content = '' }) => {
      response.shouldKeepAlive &&= keepAlive;
      response.writeHead(status, { 'request-id': `request-${index}`, ...headers, 'content-length': content.length });
      response.end(content);
      incoming.resume();
    },
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    end: () => void socket.end(),
    drop: () => void socket.destroy(),
  };
}
