import { makeCertificate } from '../../../helpers/certificates.js';
import { startProxy } from '../../../helpers/proxy-server.js';
import type { Misconfiguration } from '../misconfigurations.js';
import { intoOfficeNetwork, throughProxy } from '../office-network.js';
import { type DoctorFixture, rbacTenant } from '../support.js';

const minutes = 60_000;

/** A proxy that answers every CONNECT with a status. */
const behindProxy = (answer: string) => async (fixture: DoctorFixture) => {
  const proxy = await startProxy({ connect: ({ socket }) => socket.end(`HTTP/1.1 ${answer}\r\n\r\n`) });
  fixture.later(() => proxy.close());
  throughProxy(fixture, proxy.url);
};

/** A certificate made this minute, on a machine whose clock is right. */
const freshCertificate = (fixture: DoctorFixture) => {
  const now = Date.now() + 20 * minutes;
  const certificate = makeCertificate({
    notBefore: new Date(now - minutes),
    notAfter: new Date(now + 365 * 86_400_000),
  });
  fixture.sandbox.registerCertificate(certificate.certificate);
  fixture.env.AZURE_CLIENT_CERTIFICATE_PATH = fixture.write('fresh.pem', certificate.pem);
};

export const networkRows: Misconfiguration[] = [
  {
    what: 'The clock is 20 minutes behind',
    tenant: { ...rbacTenant, clockSkew: 20 * minutes },
    check: 'Clock',
    says: "This machine's clock is 20 minutes behind that of localhost",
    cure: 'Synchronise the clock of this machine',
    exitCode: 78,
  },
  {
    what: 'The clock is 20 minutes ahead',
    tenant: { ...rbacTenant, clockSkew: -20 * minutes },
    check: 'Clock',
    says: 'ahead of that of localhost',
    cure: 'Synchronise the clock of this machine',
    exitCode: 78,
  },
  {
    what: 'The clock is behind, so that a new certificate looks not valid yet',
    tenant: { ...rbacTenant, clockSkew: 20 * minutes },
    arrange: freshCertificate,
    check: 'Clock',
    says: "This machine's clock is 20 minutes behind that of localhost",
    cure: 'Synchronise the clock of this machine',
    exitCode: 78,
  },
  {
    what: 'No name server answers',
    arrange: (fixture) => {
      fixture.env.AZURE_AUTHORITY_HOST = undefined;
      fixture.env.GRAPH_MAIL_GRAPH_HOST = undefined;
      fixture.lookup = (_host, _options, done) =>
        done(Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' }), '');
    },
    check: 'Names (DNS)',
    says: 'login.microsoftonline.com cannot be resolved (EAI_AGAIN)',
    cure: 'Check the name servers of this machine, and whether it needs a proxy',
    exitCode: 69,
  },
  {
    what: 'The proxy does not allow the connection',
    arrange: behindProxy('403 Forbidden'),
    check: 'Proxy',
    says: 'does not allow the connection for login.microsoftonline.com:443 (it answered 403 Forbidden)',
    cure: "Have the proxy's administrator allow CONNECT to login.microsoftonline.com:443",
    exitCode: 69,
  },
  {
    what: 'The proxy wants credentials',
    arrange: behindProxy('407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"'),
    check: 'Proxy',
    says: 'wants credentials',
    cure: 'Put user name and password, percent-encoded, into the URL in HTTPS_PROXY',
    exitCode: 69,
  },
  {
    what: 'The proxy does not run',
    arrange: (fixture) => throughProxy(fixture, 'http://127.0.0.1:9'),
    check: 'Proxy',
    says: 'The proxy http://127.0.0.1:9 cannot be reached',
    cure: 'Check the proxy in HTTPS_PROXY',
    exitCode: 69,
  },
  {
    what: 'HTTPS_PROXY is not the URL of an HTTP proxy',
    arrange: (fixture) => throughProxy(fixture, 'socks5://proxy.contoso.example:1080'),
    check: 'Proxy',
    says: 'HTTPS_PROXY names a proxy of the kind socks5://, which is not supported',
    cure: 'Expected is an HTTP proxy',
    exitCode: 78,
  },
  {
    what: 'Nothing answers: a firewall, or a network that is down',
    arrange: (fixture) => {
      fixture.env.AZURE_AUTHORITY_HOST = undefined;
      fixture.env.GRAPH_MAIL_GRAPH_HOST = undefined;
      fixture.lookup = (_host, { all }, done) =>
        all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
    },
    flags: { probe: true },
    check: 'Connection and TLS',
    says: 'login.microsoftonline.com cannot be reached (ECONNREFUSED',
    cure: 'a firewall looks like this. It says nothing about permissions',
    exitCode: 69,
  },
  {
    what: 'The sandbox does not run',
    arrange: (fixture) => {
      const url = 'https://localhost:9';
      Object.assign(fixture.env, { AZURE_AUTHORITY_HOST: url, GRAPH_MAIL_GRAPH_HOST: url });
    },
    check: 'Connection and TLS',
    says: 'localhost:9 cannot be reached (ECONNREFUSED',
    cure: 'Start the sandbox',
    exitCode: 69,
  },
  {
    what: 'TLS is opened on the way, by an authority that this machine does not know',
    arrange: (fixture) => intoOfficeNetwork(fixture, { trusted: false }),
    check: 'Connection and TLS',
    says: 'issued by Contoso Web Gateway, whom this machine does not trust',
    cure: 'Something between this machine and login.microsoftonline.com replaces certificates',
    exitCode: 69,
  },
  {
    what: 'TLS is opened on the way, by an authority that NODE_EXTRA_CA_CERTS trusts',
    arrange: (fixture) => intoOfficeNetwork(fixture, { trusted: true }),
    check: 'Connection and TLS',
    status: 'warning',
    says: 'Contoso Web Gateway opens the connections to login.microsoftonline.com, and can read tokens and mails',
    cure: 'If that is a proxy or gateway of your own organisation, nothing is to be done',
    exitCode: 1,
  },
  {
    what: 'Another server answers: a captive portal',
    arrange: async (fixture) => {
      const certificate = makeCertificate({ subject: 'portal.hotel.example', hosts: ['portal.hotel.example'] });
      await intoOfficeNetwork(fixture, { trusted: false, certificate });
      fixture.env.NODE_EXTRA_CA_CERTS = fixture.write('portal.pem', certificate.certificate);
    },
    check: 'Connection and TLS',
    says: 'it is for other hosts (portal.hotel.example), so somebody else answers',
    cure: 'Look for a captive portal',
    exitCode: 69,
  },
  {
    what: 'Neither GRAPH_MAIL_CA nor NODE_EXTRA_CA_CERTS is set, with the sandbox',
    arrange: ({ env }) => Object.assign(env, { NODE_EXTRA_CA_CERTS: undefined }),
    check: 'Connection and TLS',
    says: 'issued by Graph mail sandbox CA, whom this machine does not trust',
    cure: "Set GRAPH_MAIL_CA to the sandbox's ca.pem",
    exitCode: 69,
  },
  {
    what: 'NODE_EXTRA_CA_CERTS names a file that is not there',
    arrange: ({ env }) => Object.assign(env, { NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' }),
    check: 'Connection and TLS',
    says: 'whom this machine does not trust',
    cure: "NODE_EXTRA_CA_CERTS '/nowhere/ca.pem' does not exist: Node goes on without it",
    exitCode: 69,
  },
  {
    what: 'NODE_EXTRA_CA_CERTS holds another authority',
    arrange: (fixture) => {
      fixture.env.NODE_EXTRA_CA_CERTS = fixture.write('other-ca.pem', makeCertificate({ ca: true }).certificate);
    },
    check: 'Connection and TLS',
    says: 'whom this machine does not trust',
    cure: 'now names another CA',
    exitCode: 69,
  },
  {
    what: 'GRAPH_MAIL_CA holds another authority',
    arrange: (fixture) => {
      fixture.env.GRAPH_MAIL_CA = fixture.write('other-ca.pem', makeCertificate({ ca: true }).certificate);
      fixture.env.NODE_EXTRA_CA_CERTS = undefined;
    },
    check: 'Connection and TLS',
    says: 'whom this machine does not trust',
    cure: 'GRAPH_MAIL_CA now names another CA',
    exitCode: 69,
  },
  {
    what: 'TLS is opened on the way, by an authority that GRAPH_MAIL_CA trusts',
    arrange: async (fixture) => {
      await intoOfficeNetwork(fixture, { trusted: true });
      fixture.env.GRAPH_MAIL_CA = fixture.env.NODE_EXTRA_CA_CERTS;
      fixture.env.NODE_EXTRA_CA_CERTS = undefined;
    },
    check: 'Connection and TLS',
    status: 'warning',
    says: 'Contoso Web Gateway opens the connections to login.microsoftonline.com, and can read tokens and mails',
    cure: 'If that is a proxy or gateway of your own organisation, nothing is to be done',
    exitCode: 1,
  },
  {
    what: 'NODE_EXTRA_CA_CERTS stands in .env, where Node does not read it',
    arrange: (fixture) => {
      fixture.write('ca.env', `NODE_EXTRA_CA_CERTS=${fixture.env.NODE_EXTRA_CA_CERTS}\n`);
      fixture.env.NODE_EXTRA_CA_CERTS = undefined;
    },
    flags: { envFile: 'ca.env' },
    check: 'Connection and TLS',
    status: 'warning',
    says: 'Node itself reads the variable when it starts, before any .env file',
    cure: 'Call it GRAPH_MAIL_CA in the .env file',
    exitCode: 1,
  },
  {
    what: 'Certificate checks are switched off',
    arrange: ({ env }) => Object.assign(env, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    check: 'Connection and TLS',
    status: 'warning',
    says: 'NODE_TLS_REJECT_UNAUTHORIZED is 0: whoever answers is believed',
    cure: 'Take NODE_TLS_REJECT_UNAUTHORIZED out of the environment',
    exitCode: 1,
  },
];
