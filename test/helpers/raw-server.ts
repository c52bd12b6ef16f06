import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { makeCertificate, type TestCertificate } from './certificates.js';

/** One request to the Graph side of the server, whose handler answers as it likes, down to the bytes. */
export interface Exchange {
  /** 0 for the first request of the server's life. */
  index: number;
  incoming: IncomingMessage;
  response: ServerResponse;
  /** The TCP connection beneath TLS, for resetting it. */
  tcp: Socket;
  /** Reads the request to its end. */
  body(): Promise<Buffer>;
}

export type Handler = (exchange: Exchange) => void | Promise<void>;

export interface RawServer {
  origin: string;
  port: number;
  /** What `graphTransport({ cloud })` needs to reach it. */
  cloud: { authorityHost: string; graphHost: string; ca: string };
  /** Bodies of the Graph requests that were read whole, decoded. */
  bodies: Buffer[];
  /** Requests that reached the Graph side. */
  graphRequests: number;
  tokenRequests: string[];
  /** TLS connections made so far. */
  connections: number;
  /** TLS connections open now. */
  open: number;
  mostInFlight: number;
  server: Server;
  close(): Promise<void>;
}

export interface RawServerOptions {
  graph?: Handler;
  token?: Handler;
  certificate?: TestCertificate;
  /** What the client is told to trust, where that is not the server's own certificate. */
  ca?: string;
}

/** The usual answer: taken. */
const accept: Handler = async (exchange) => {
  await exchange.body();
  exchange.response.writeHead(202, { 'request-id': `request-${exchange.index}` }).end();
};

/** A token that nothing else could be mistaken for. */
export const accessToken = 'eyJ-secret-access-token-eyJ';

const giveToken: Handler = async (exchange) => {
  await exchange.body();
  exchange.response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ token_type: 'Bearer', expires_in: 3599, access_token: accessToken }));
};

let ownCertificate: TestCertificate | undefined;

/** Entra and Graph on one port of 127.0.0.1, over real TLS. */
export async function startRawServer(options: RawServerOptions = {}): Promise<RawServer> {
  ownCertificate ??= makeCertificate({ subject: '127.0.0.1', hosts: ['127.0.0.1'] });
  const { graph = accept, token = giveToken, certificate = ownCertificate } = options;
  const tcpByPort = new Map<number, Socket>();
  const tcpSockets = new Set<Socket>();
  let inFlight = 0;

  const server = createServer({ cert: certificate.certificate, key: certificate.privateKey });
  server.on('connection', (tcp: Socket) => {
    tcpByPort.set(tcp.remotePort ?? 0, tcp);
    tcpSockets.add(tcp);
    tcp.on('error', () => {}).on('close', () => tcpSockets.delete(tcp));
  });
  server.on('secureConnection', (tls) => {
    raw.connections++;
    raw.open++;
    tls.on('error', () => {}).on('close', () => raw.open--);
  });
  server.on('request', (incoming, response) => {
    const url = incoming.url ?? '';
    const exchange: Exchange = {
      index: 0,
      incoming,
      response,
      tcp: tcpByPort.get(incoming.socket.remotePort ?? 0) as Socket,
      body: () => buffer(incoming),
    };
    incoming.on('error', () => {});
    response.on('error', () => {});
    const run = (handler: Handler) => Promise.resolve(handler(exchange)).catch(() => incoming.socket.destroy());
    if (url.includes('/.well-known/openid-configuration')) {
      const authority = `${raw.origin}/${url.split('/')[1]}`;
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          token_endpoint: `${authority}/oauth2/v2.0/token`,
          issuer: `${authority}/v2.0`,
          authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
          jwks_uri: `${authority}/discovery/v2.0/keys`,
        }),
      );
    } else if (url.includes('/oauth2/')) {
      exchange.index = raw.tokenRequests.length;
      raw.tokenRequests.push('');
      exchange.body = async () => {
        const body = await buffer(incoming);
        raw.tokenRequests[exchange.index] = body.toString();
        return body;
      };
      run(token);
    } else {
      exchange.index = raw.graphRequests++;
      raw.mostInFlight = Math.max(raw.mostInFlight, ++inFlight);
      response.on('close', () => inFlight--);
      exchange.body = async () => {
        const body = await buffer(incoming);
        raw.bodies.push(Buffer.from(body.toString('latin1'), 'base64'));
        return body;
      };
      run(graph);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `https://127.0.0.1:${port}`;
  const raw: RawServer = {
    origin,
    port,
    cloud: { authorityHost: origin, graphHost: origin, ca: options.ca ?? certificate.certificate },
    bodies: [],
    graphRequests: 0,
    tokenRequests: [],
    connections: 0,
    open: 0,
    mostInFlight: 0,
    server,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const tcp of tcpSockets) tcp.destroy();
      await closed;
    },
  };
  return raw;
}
