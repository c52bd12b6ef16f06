import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Misconfiguration } from '../misconfigurations.js';
import { intoOfficeNetwork } from '../office-network.js';
import { clientId, rbacTenant, tenantId } from '../support.js';

const check = 'Configuration';

export const configurationRows: Misconfiguration[] = [
  {
    what: 'Nothing is configured',
    arrange: ({ env }) => {
      for (const name of Object.keys(env)) if (/^(AZURE|GRAPH_MAIL)_/.test(name)) delete env[name];
    },
    check,
    says: 'Nothing is configured: neither flags nor the environment nor a .env file say who sends',
    cure: 'npx nodemailer-graph-transport setup',
    exitCode: 78,
  },
  {
    what: 'No mailbox is configured',
    arrange: ({ env }) => Object.assign(env, { GRAPH_MAIL_MAILBOX: '' }),
    check,
    says: 'GRAPH_MAIL_MAILBOX is empty in',
    cure: 'Set it in the environment or in the .env file, or give --mailbox',
    exitCode: 78,
  },
  {
    what: 'The ids that the Entra administrator sends back are not filled in yet',
    arrange: ({ env }) => Object.assign(env, { AZURE_TENANT_ID: '', AZURE_CLIENT_ID: '' }),
    check,
    says: 'AZURE_TENANT_ID and AZURE_CLIENT_ID are empty in',
    cure: 'or give --tenant-id, --client-id and --certificate together',
    exitCode: 78,
  },
  {
    what: 'A display name where the client id belongs',
    arrange: ({ env }) => Object.assign(env, { AZURE_CLIENT_ID: 'graph-mailer' }),
    check,
    says: 'AZURE_CLIENT_ID is a string of 12 characters; expected the Application (client) id, a GUID',
    cure: 'It is on the overview page of the app registration',
    exitCode: 78,
  },
  {
    what: 'One id in the place of both, tenant and client',
    arrange: ({ env }) => Object.assign(env, { AZURE_TENANT_ID: clientId }),
    check,
    says: 'AZURE_TENANT_ID and AZURE_CLIENT_ID are the same',
    cure: 'Copy both anew from the overview page',
    exitCode: 78,
  },
  {
    what: 'Token service of one cloud, Graph of another',
    arrange: ({ env }) =>
      Object.assign(env, {
        AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us',
        GRAPH_MAIL_GRAPH_HOST: 'https://graph.microsoft.com',
      }),
    check,
    says: 'these are hosts of two different clouds',
    cure: 'Give the cloud that the tenant lives in with --cloud',
    exitCode: 78,
  },
  {
    what: 'A client secret left beside the certificate',
    tenant: { ...rbacTenant, apps: [{ clientId, roles: [], secrets: ['left-over-secret'] }] },
    arrange: ({ env }) => Object.assign(env, { AZURE_CLIENT_SECRET: 'left-over-secret' }),
    check,
    status: 'warning',
    says: 'AZURE_CLIENT_SECRET is set, and goes before the certificate, which is not used',
    cure: 'Take AZURE_CLIENT_SECRET out of the environment',
    exitCode: 1,
  },
  {
    what: 'A client secret left in .env',
    tenant: { ...rbacTenant, apps: [{ clientId, roles: [], secrets: ['left-over-secret'] }] },
    arrange: (fixture) => fixture.write('secret.env', 'AZURE_CLIENT_SECRET=left-over-secret'),
    flags: { envFile: 'secret.env' },
    check,
    status: 'warning',
    says: 'AZURE_CLIENT_SECRET is set, and goes before the certificate',
    cure: 'Take AZURE_CLIENT_SECRET out of the .env file',
    exitCode: 1,
  },
  {
    what: 'Graph of the sandbox, and tokens of Microsoft',
    arrange: async (fixture) => {
      await intoOfficeNetwork(fixture, { trusted: true });
      const [gateway, sandbox] = [fixture.env.NODE_EXTRA_CA_CERTS ?? '', path.join(fixture.folder, 'ca.pem')];
      fixture.env.NODE_EXTRA_CA_CERTS = fixture.write(
        'both.pem',
        readFileSync(gateway, 'utf8') + readFileSync(sandbox),
      );
      fixture.env.GRAPH_MAIL_GRAPH_HOST = fixture.sandbox.url;
    },
    besides: ['Connection and TLS'],
    check,
    status: 'warning',
    says: 'the sandbox takes no tokens of Microsoft',
    cure: 'Set both to the sandbox',
    exitCode: 1,
  },
  {
    what: "Graph's host is no host",
    arrange: ({ env }) => Object.assign(env, { GRAPH_MAIL_GRAPH_HOST: 'https://graph.microsoft.com/v1.0' }),
    check,
    says: 'GRAPH_MAIL_GRAPH_HOST comes from the environment',
    cure: 'Correct what the message names',
    exitCode: 78,
  },
  {
    what: 'GRAPH_MAIL_CA names a file that is not there',
    arrange: ({ env }) => Object.assign(env, { GRAPH_MAIL_CA: '/nowhere/ca.pem' }),
    check,
    says: "GRAPH_MAIL_CA '/nowhere/ca.pem' cannot be read: it is not there. GRAPH_MAIL_CA comes from the environment.",
    cure: "Give the path of a PEM file with the authority's certificate",
    exitCode: 78,
  },
  {
    what: "GRAPH_MAIL_CA names the application's certificate and key",
    arrange: ({ env }) => Object.assign(env, { GRAPH_MAIL_CA: env.AZURE_CLIENT_CERTIFICATE_PATH }),
    check,
    says: 'holds a private key; expected certificates of authorities, and nothing else',
    cure: 'certificate and key of the application belong into AZURE_CLIENT_CERTIFICATE_PATH',
    exitCode: 78,
  },
  {
    what: 'A line of .env that is no setting',
    arrange: (fixture) => fixture.write('broken.env', `AZURE_TENANT_ID=${tenantId}\nAZURE_CLIENT_ID: ${clientId}\n`),
    flags: { envFile: 'broken.env' },
    check,
    says: 'line 2 is not a setting',
    cure: 'Write NAME=value',
    exitCode: 78,
  },
];
