import { chmodSync } from 'node:fs';
import { makeCertificate } from '../../../helpers/certificates.js';
import type { Misconfiguration } from '../misconfigurations.js';
import { clientId, type DoctorFixture, rbacTenant } from '../support.js';

export const traceId = 'ace0f7ac-5a4d-4b0c-9c0d-e5a9d0c0ffee';
const role = 'ExchangeMessageTrace.Read.All';
const day = 86_400_000;

/** A tenant with the service principal of message trace; the application comes with {@link tracing}. */
const tenant = { ...rbacTenant, messageTracePrincipal: true };

/** Registers the application that may search message trace, and configures it. */
export function tracing(
  fixture: DoctorFixture,
  { roles = [role], pem = fixture.sandbox.options.certificate } = {},
): void {
  fixture.sandbox.tenant.apps.set({ clientId: traceId, roles, certificates: [pem] });
  fixture.env.GRAPH_MAIL_TRACE_CLIENT_ID = traceId;
  fixture.env.GRAPH_MAIL_TRACE_CERTIFICATE_PATH = fixture.write('trace.pem', pem);
}

const withDates = (from: number, to: number) => (fixture: DoctorFixture) =>
  tracing(fixture, {
    pem: makeCertificate({ notBefore: new Date(Date.now() + from * day), notAfter: new Date(Date.now() + to * day) })
      .pem,
  });

const base = { tenant, flags: { trace: true }, arrange: tracing as (fixture: DoctorFixture) => unknown };
const configuration = { ...base, check: 'Configuration', exitCode: 78 };
const certificate = { ...base, check: 'Message trace: certificate', exitCode: 78 };
const token = { ...base, check: 'Message trace: token', exitCode: 78 };
const permission = { ...base, check: 'Message trace: permission', exitCode: 77 };
const search = { ...base, check: 'Message trace: search', exitCode: 77 };

export const traceRows: Misconfiguration[] = [
  {
    ...base,
    what: 'No application for message trace is configured, with `--trace`',
    arrange: () => {},
    check: 'Message trace',
    says: 'GRAPH_MAIL_TRACE_CLIENT_ID is not set',
    cure: `register another one with ${role}`,
    exitCode: 78,
  },
  {
    ...base,
    what: 'The id of the application for message trace has yet to come from the Entra administrator',
    arrange: (fixture) => {
      tracing(fixture);
      fixture.env.GRAPH_MAIL_TRACE_CLIENT_ID = '';
    },
    check: 'Message trace',
    says: 'GRAPH_MAIL_TRACE_CLIENT_ID is empty in the environment',
    cure: 'sends back',
    exitCode: 78,
  },
  {
    ...configuration,
    what: 'The application that sends is named for message trace too',
    arrange: (fixture) => {
      tracing(fixture);
      fixture.env.GRAPH_MAIL_TRACE_CLIENT_ID = clientId;
    },
    says: 'GRAPH_MAIL_TRACE_CLIENT_ID is the application that sends; expected another one',
    cure: 'granted to an application of its own',
  },
  {
    ...configuration,
    what: 'The application for message trace has no certificate',
    arrange: (fixture) => {
      tracing(fixture);
      fixture.env.GRAPH_MAIL_TRACE_CERTIFICATE_PATH = undefined;
    },
    says: 'GRAPH_MAIL_TRACE_CLIENT_ID is set, but no certificate for it is',
    cure: 'Set GRAPH_MAIL_TRACE_CERTIFICATE_PATH',
  },
  {
    ...configuration,
    what: 'Message trace in a national cloud',
    arrange: (fixture) => {
      tracing(fixture);
      Object.assign(fixture.env, {
        AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us',
        GRAPH_MAIL_GRAPH_HOST: 'https://graph.microsoft.us',
      });
    },
    says: 'is in the worldwide cloud alone, and this is another one',
    cure: 'Get-MessageTraceV2',
  },
  {
    ...certificate,
    what: 'The certificate file for message trace is not there',
    arrange: (fixture) => {
      tracing(fixture);
      fixture.env.GRAPH_MAIL_TRACE_CERTIFICATE_PATH = '/nowhere/trace.pem';
    },
    says: "GRAPH_MAIL_TRACE_CERTIFICATE_PATH '/nowhere/trace.pem' cannot be read: there is no such file",
    cure: 'Check the path',
  },
  {
    ...certificate,
    what: 'The certificate for message trace has expired',
    arrange: withDates(-100, -35),
    says: '35 days ago',
    cure: 'Make another certificate for this application',
  },
  {
    ...certificate,
    what: 'The certificate for message trace ends in ten days',
    arrange: withDates(-100, 10.5),
    status: 'warning',
    says: '10 days left',
    cure: 'Make another certificate for this application',
    exitCode: 1,
  },
  {
    ...certificate,
    what: 'The key for message trace can be read by every account of the machine',
    arrange: (fixture) => {
      tracing(fixture);
      chmodSync(fixture.env.GRAPH_MAIL_TRACE_CERTIFICATE_PATH ?? '', 0o644);
    },
    status: 'warning',
    says: 'whoever has the key can see who wrote to whom in the whole tenant',
    cure: 'chmod 600',
    exitCode: 1,
  },
  {
    ...token,
    what: 'The certificate for message trace was never uploaded',
    arrange: (fixture) => {
      tracing(fixture);
      fixture.env.GRAPH_MAIL_TRACE_CERTIFICATE_PATH = fixture.write('new.pem', makeCertificate().pem);
    },
    says: 'AADSTS700027',
    cure: 'or GRAPH_MAIL_TRACE_CLIENT_ID names another',
  },
  {
    ...token,
    what: 'A typing error in the id of the application for message trace',
    arrange: (fixture) => {
      tracing(fixture);
      fixture.env.GRAPH_MAIL_TRACE_CLIENT_ID = traceId.replace('a', 'b');
    },
    says: 'AADSTS700016',
    cure: 'Copy the Application (client) id anew',
  },
  {
    ...permission,
    what: 'No admin consent for message trace',
    arrange: (fixture) => tracing(fixture, { roles: [] }),
    says: `None: ${role} is missing`,
    cure: 'let an administrator grant admin consent',
  },
  {
    ...permission,
    what: 'The application for message trace may send as well',
    arrange: (fixture) => tracing(fixture, { roles: [role, 'Mail.Send'] }),
    status: 'warning',
    says: `${role}, and Mail.Send. Searching message trace needs none of it`,
    cure: 'Remove what is not needed',
    exitCode: 1,
  },
  {
    ...search,
    what: "The tenant lacks the service principal of Microsoft's message trace application",
    tenant: rbacTenant,
    says: 'Graph refused it (401',
    cure: 'New-MgServicePrincipal -AppId 8bd644d1-64a1-4d4b-ae52-2e0cbf64e373',
  },
  {
    ...search,
    what: 'The requests of the tenant for message trace are used up',
    arrange: (fixture) => {
      tracing(fixture);
      fixture.sandbox.fault({ on: 'messageTrace', status: 429 });
    },
    status: 'warning',
    says: 'Graph is busy or troubled (429',
    cure: 'Check again in some minutes',
    exitCode: 1,
  },
  {
    what: 'The sending application may search message trace',
    tenant: { ...rbacTenant, apps: [{ clientId, roles: [role] }] },
    check: 'Permissions in the token',
    status: 'warning',
    says: 'message trace, which belongs to an application of its own',
    cure: 'Remove what nobody needs',
    exitCode: 1,
  },
];
