import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type ConfigurationInput,
  checkConfiguration,
  readConfiguration,
} from '../../../src/cli/common/configuration.js';
import { settleOptions } from '../../../src/options/check-options.js';
import type { GraphTransportOptions } from '../../../src/options/types.js';
import { makeCertificate } from '../../helpers/certificates.js';

const tenant = '11111111-1111-4111-8111-111111111111';
const client = '22222222-2222-4222-8222-222222222222';
const environment = {
  AZURE_TENANT_ID: tenant,
  AZURE_CLIENT_ID: client,
  AZURE_CLIENT_CERTIFICATE_PATH: '/key.pem',
  GRAPH_MAIL_MAILBOX: 'a@contoso.com',
};
const identity = { tenantId: 'fabrikam.com', clientId: client, certificate: '/other.pem' };

/** Reads with files of these names and texts. */
function read(input: Partial<ConfigurationInput>, files: Record<string, string> = {}) {
  const one = (path: string) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return text;
  };
  return readConfiguration({ env: {}, flags: {}, read: one, ...input });
}

const lines = (variables: Record<string, string>) =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');

describe('a configuration', () => {
  it('comes from the environment', () => {
    const { env, source, options } = read({ env: environment });
    expect(env).toEqual(environment);
    expect(new Set(Object.values(source))).toEqual(new Set(['environment']));
    expect(options).toMatchObject({
      tenantId: tenant,
      clientId: client,
      certificatePath: '/key.pem',
      mailbox: 'a@contoso.com',
    });
  });

  it('comes from .env, or the file that is named, where the environment says nothing', () => {
    const files = { '.env': lines(environment), other: 'AZURE_CLIENT_ID=other', '.envrc': '' };
    const { env, source } = read({ env: { GRAPH_MAIL_MAILBOX: 'b@contoso.com' } }, files);
    expect(env).toEqual({ ...environment, GRAPH_MAIL_MAILBOX: 'b@contoso.com' });
    expect(source).toMatchObject({ AZURE_CLIENT_ID: '.env', GRAPH_MAIL_MAILBOX: 'environment' });
    expect(read({ envFile: 'other' }, files).env).toEqual({ AZURE_CLIENT_ID: 'other' });
    expect(read({ envFile: false }, files).env).toEqual({});
    expect(read({}).env).toEqual({});
    expect(() => read({ envFile: 'missing' }, files)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });

  it('takes a whole identity from the flags, with nothing of the one beneath it but the password', () => {
    const env = {
      ...environment,
      AZURE_CLIENT_SECRET: 'secret',
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us',
      AZURE_CLIENT_CERTIFICATE_PASSWORD: 'password',
      HTTPS_PROXY: 'http://proxy:8080',
    };
    const { options, source } = read({ env, flags: identity });
    expect(options).toEqual({
      tenantId: 'fabrikam.com',
      clientId: client,
      certificatePath: '/other.pem',
      certificatePassword: 'password',
      sendCertificateChain: false,
      cloud: 'global',
    });
    expect(source).toEqual({
      AZURE_TENANT_ID: 'flag',
      AZURE_CLIENT_ID: 'flag',
      AZURE_CLIENT_CERTIFICATE_PATH: 'flag',
      AZURE_CLIENT_CERTIFICATE_PASSWORD: 'environment',
      HTTPS_PROXY: 'environment',
    });
  });

  it.each(['tenantId', 'clientId', 'certificate'] as const)('refuses half an identity: one without %s', (name) => {
    expect(() => read({ env: environment, flags: { ...identity, [name]: undefined } })).toThrow(
      /go together, and --\S+ is/,
    );
  });

  it('has the application that may search message trace, which a whole identity in the flags leaves out', () => {
    const traceId = '33333333-4444-4555-8666-777777777777';
    const traced = {
      ...environment,
      GRAPH_MAIL_TRACE_CLIENT_ID: traceId,
      GRAPH_MAIL_TRACE_CERTIFICATE_PATH: '/trace.pem',
      GRAPH_MAIL_TRACE_CERTIFICATE: 'unused',
      GRAPH_MAIL_TRACE_CERTIFICATE_PASSWORD: 'password',
    };
    const files = { '.env': lines(traced) };
    const { options, source } = read({}, files);
    const trace = { clientId: traceId, certificatePath: '/trace.pem', certificatePassword: 'password' };
    expect(options.trace).toEqual(trace);
    expect(source.GRAPH_MAIL_TRACE_CLIENT_ID).toBe('.env');
    expect(settleOptions(options, {}).trace).toMatchObject({ tenantId: tenant, clientId: traceId });
    expect(checkConfiguration(read({}, files)).trace).toEqual(
      expect.objectContaining({ tenantId: tenant, clientId: traceId }),
    );
    const inText = { ...traced, GRAPH_MAIL_TRACE_CERTIFICATE_PATH: '' };
    expect(read({ env: inText }).options.trace).toMatchObject({ certificate: 'unused' });
    expect(read({ env: traced, flags: identity }).options.trace).toBeUndefined();
    expect(read({ env: environment }).options.trace).toBeUndefined();
  });

  it('takes mailbox and cloud from flags of their own', () => {
    const { env, options } = read({ env: environment, flags: { mailbox: 'b@contoso.com', cloud: 'usgov-dod' } });
    expect(options).toMatchObject({ tenantId: tenant, mailbox: 'b@contoso.com', cloud: 'usgov-dod' });
    const graphHost = 'https://dod-graph.microsoft.us';
    expect(env).toMatchObject({
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us',
      GRAPH_MAIL_GRAPH_HOST: graphHost,
    });
  });
});

describe('what the transport is given', () => {
  it.each([
    ['a certificate', {}],
    ['a secret, which goes first', { AZURE_CLIENT_SECRET: 's' }],
    ['a certificate without a file', { AZURE_CLIENT_CERTIFICATE_PATH: '', GRAPH_MAIL_CERTIFICATE: 'MII=' }],
    [
      'a certificate with password and chain',
      { AZURE_CLIENT_CERTIFICATE_PASSWORD: 'p', AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: 'TRUE' },
    ],
    ['a national cloud', { AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us/' }],
    ['hosts of its own', { AZURE_AUTHORITY_HOST: 'https://localhost:1', GRAPH_MAIL_GRAPH_HOST: 'https://localhost:2' }],
  ])('is what it would read from the environment itself: %s', (_, more) => {
    const { env, options } = read({ env: { ...environment, ...more } });
    const given = settleOptions(options, {});
    const own = settleOptions({}, env);
    // Only the words for where a certificate comes from differ.
    const plain = (settings: object) =>
      JSON.parse(JSON.stringify(settings, (key, value) => (key === 'from' ? '' : value)));
    expect(plain(given)).toEqual(plain(own));
  });

  it('has proxy and CA of a .env file, which Node and the transport cannot see', () => {
    const ca = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----';
    const file = lines({ ...environment, HTTPS_PROXY: 'http://proxy:8080', NODE_EXTRA_CA_CERTS: '/ca.pem' });
    const files = { '.env': file, '/ca.pem': ca };
    const graphHost = 'https://graph.microsoft.com';
    expect(read({}, files).options).toMatchObject({ proxy: 'http://proxy:8080', cloud: { graphHost, ca } });
    expect(read({ env: { NO_PROXY: '.microsoft.com' } }, files).options.proxy).toBe(false);
    const seen = read(
      { env: { HTTPS_PROXY: 'http://proxy:8080', NODE_EXTRA_CA_CERTS: '/ca.pem', ...environment } },
      files,
    );
    // Node may have another one from the environment, which is trusted anyway.
    expect(seen.options).toMatchObject({ cloud: { graphHost, ca } });
    expect(seen.options).not.toHaveProperty('proxy');
  });

  it('has the CA of a .env file also where the environment has another, which Node trusts by itself', () => {
    const files = { '.env': lines({ ...environment, NODE_EXTRA_CA_CERTS: '/ca.pem' }), '/ca.pem': 'the CA' };
    expect(read({ env: { NODE_EXTRA_CA_CERTS: '/company.pem' } }, files).options).toMatchObject({
      cloud: { ca: 'the CA' },
    });
  });
});

describe('GRAPH_MAIL_CA', () => {
  const [one, two] = ['One', 'Two'].map((subject) => makeCertificate({ ca: true, subject }).certificate) as [
    string,
    string,
  ];
  const subjectsOf = ({ cloud }: GraphTransportOptions) =>
    String(typeof cloud === 'object' ? cloud.ca : '')
      .match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g)
      ?.map((pem) => new X509Certificate(pem).subject);

  it.each<[string, Partial<ConfigurationInput>, Record<string, string>]>([
    ['a path in the environment', { env: { ...environment, GRAPH_MAIL_CA: '/one.pem' } }, {}],
    ['text in the environment', { env: { ...environment, GRAPH_MAIL_CA: one } }, {}],
    ['a path in .env', {}, { '.env': lines({ ...environment, GRAPH_MAIL_CA: '/one.pem' }) }],
    ['text in .env', {}, { '.env': lines({ ...environment, GRAPH_MAIL_CA: `"${one}"` }) }],
    [
      'the environment before .env',
      { env: { GRAPH_MAIL_CA: '/one.pem' } },
      { '.env': lines({ ...environment, GRAPH_MAIL_CA: '/two.pem' }) },
    ],
    [
      'an environment below identity flags',
      { env: { GRAPH_MAIL_CA: '/one.pem' }, flags: { ...identity, mailbox: 'a@contoso.com' } },
      {},
    ],
  ])('is given to the transport, as it would read it itself: %s', (_, input, files) => {
    const found = read(input, { ...files, '/one.pem': one, '/two.pem': two });
    expect(subjectsOf(found.options)).toEqual(['CN=One']);
    expect(found.options).toMatchObject({ cloud: { graphHost: 'https://graph.microsoft.com' } });
    const { ca } = settleOptions({}, { ...found.env, GRAPH_MAIL_CA: one });
    expect(found.authorities).toEqual({ own: ca, nodeOfFile: undefined });
  });

  it('stands beside NODE_EXTRA_CA_CERTS of the .env file', () => {
    const file = lines({ ...environment, GRAPH_MAIL_CA: '/one.pem', NODE_EXTRA_CA_CERTS: '/two.pem' });
    const { options } = read({}, { '.env': file, '/one.pem': one, '/two.pem': two });
    expect(subjectsOf(options)).toEqual(['CN=One', 'CN=Two']);
  });

  it('that cannot be used ends every command, with the place that it comes from', () => {
    const env = { ...environment, GRAPH_MAIL_CA: '/nowhere.pem' };
    expect(() => read({ env })).toThrow(
      /^GRAPH_MAIL_CA '\/nowhere\.pem' cannot be read.* GRAPH_MAIL_CA comes from the environment\.$/,
    );
    expect(() => read({}, { '.env': lines(env) })).toThrow('GRAPH_MAIL_CA comes from the .env file.');
  });

  it('as a Windows path in double quotes is told where its line breaks come from', () => {
    const file = `GRAPH_MAIL_CA="C:\\new\\ca.pem"\n`;
    expect(() => read({}, { '.env': file })).toThrow('line 1 sets GRAPH_MAIL_CA to a path with a line break');
  });
});

describe('checking a configuration', () => {
  const check =
    (input: Partial<ConfigurationInput>, files = {}) =>
    () =>
      checkConfiguration(read(input, files));

  it('says where a wrong value comes from', () => {
    expect(check({ env: { ...environment, AZURE_CLIENT_ID: 'x' } })).toThrow(
      'AZURE_CLIENT_ID comes from the environment.',
    );
    const file = { '.env': 'AZURE_CLIENT_ID=x' };
    expect(check({ env: { ...environment, AZURE_CLIENT_ID: undefined } }, file)).toThrow('comes from the .env file.');
    expect(check({ env: { ...environment, AZURE_CLIENT_ID: '' } })).toThrow('is empty in the environment.');
    expect(check({ flags: { ...identity, clientId: 'x', mailbox: 'a@contoso.com' } })).toThrow(
      'AZURE_CLIENT_ID comes from --client-id.',
    );
  });

  it('refuses a cloud whose Graph is not known, and a mailbox that is missing or none', () => {
    expect(check({ env: { ...environment, AZURE_AUTHORITY_HOST: 'https://login.example' } })).toThrow(
      'Graph host is not known',
    );
    const { GRAPH_MAIL_MAILBOX: _, ...without } = environment;
    expect(check({ env: without })).toThrow('GRAPH_MAIL_MAILBOX is missing');
    expect(checkConfiguration(read({ env: without }), 'b@contoso.com').mailbox).toBe('b@contoso.com');
  });

  it('says what to set when nothing is', () => {
    expect(check({})).toThrow(
      expect.objectContaining({ code: 'ECONFIG', message: expect.stringContaining('Nothing is configured') }),
    );
  });
});
