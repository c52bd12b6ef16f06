import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:tls';
import { makeCertificate, type TestCertificate } from '../../helpers/certificates.js';
import { startProxy } from '../../helpers/proxy-server.js';
import type { DoctorFixture } from './support.js';

const authority = makeCertificate({ subject: 'Contoso Web Gateway', ca: true });
const gateway = makeCertificate({
  subject: 'gateway.contoso.example',
  issuer: authority,
  hosts: ['login.microsoftonline.com', 'graph.microsoft.com', 'login.microsoftonline.us', 'graph.microsoft.us'],
});

/**
 * A network whose proxy opens TLS connections on the way, with certificates of an authority of its own. What is meant for
 * Microsoft's hosts comes to the sandbox.
 */
export async function intoOfficeNetwork(
  fixture: DoctorFixture,
  { trusted, certificate = gateway }: { trusted: boolean; certificate?: TestCertificate },
): Promise<void> {
  const sandboxPort = Number(new URL(fixture.sandbox.url).port);
  const sockets = new Set<Socket>();
  const server = createServer({ cert: certificate.certificate, key: certificate.privateKey }, (client) => {
    const upstream = connect({ port: sandboxPort, host: '127.0.0.1', rejectUnauthorized: false });
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy = await startProxy({ connect: (request) => request.open(port) });
  fixture.later(() => proxy.close());
  fixture.later(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  throughProxy(fixture, proxy.url);
  fixture.env.NODE_EXTRA_CA_CERTS = trusted ? fixture.write('gateway-ca.pem', authority.certificate) : undefined;
}

/** The program's hosts become Microsoft's own, which only a proxy leads to. */
export function throughProxy(fixture: DoctorFixture, url: string): void {
  fixture.env.AZURE_AUTHORITY_HOST = undefined;
  fixture.env.GRAPH_MAIL_GRAPH_HOST = undefined;
  fixture.env.HTTPS_PROXY = url;
}
