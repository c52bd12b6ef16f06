import type { SMTPPoolOptions } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import { type GraphTransport, graphTransport } from '../../src/index.js';
import { settleOptions } from '../../src/options/check-options.js';
import type { GraphTransportOptions } from '../../src/options/types.js';
import { makePfx } from '../helpers/certificates.js';
import { expectNoSecrets, keyPieces, thrownBy } from '../helpers/failure.js';
import { appCertificate, baseOptions, clientId, mailbox, tenantId } from '../helpers/fixtures.js';

const settle = (options: Record<string, unknown>, env: NodeJS.ProcessEnv = {}) =>
  settleOptions(options as GraphTransportOptions, env);
const refused = (options: Record<string, unknown>, env?: NodeJS.ProcessEnv) => {
  const error = thrownBy(() => settle(options, env));
  expect(error).toMatchObject({ code: 'ECONFIG', outcome: 'not-sent', permanent: true, command: 'API' });
  return error;
};
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(baseOptions).filter(([name]) => !names.includes(name)));

describe('the smallest set of options', () => {
  test('settles everything else as documented', () => {
    expect(settle(baseOptions)).toEqual({
      identity: {
        tenantId,
        clientId,
        credential: {
          kind: 'certificate',
          source: { contents: [appCertificate.pem] },
          from: "option 'certificate'",
          password: undefined,
          sendChain: false,
        },
      },
      mailbox,
      allowedMailboxes: undefined,
      mailboxNames: {},
      cloud: 'global',
      mailboxConcurrency: 4,
      timeout: 100_000,
      maxRetries: 5,
      maxWait: 300_000,
      maxRequestSize: 4_000_000,
      delivery: 'direct',
      onUnknown: 'fail',
      verifyWindow: 60_000,
      largeMessages: 'reject',
      uploadBudget: 150_000_000,
      onDraft: undefined,
      maxConnections: undefined,
      rateLimit: undefined,
      rateDelta: 1_000,
      maxRecipients: 1_000,
      proxy: undefined,
      agent: undefined,
      log: {},
      mailer: {},
      ignored: [],
    });
  });

  test('options that are undefined or null are options that were not given', () => {
    expect(
      settle({ ...baseOptions, timeout: undefined, cloud: undefined, clientSecret: null, host: undefined }),
    ).toEqual(settle(baseOptions));
  });
});

describe('a wrong option names itself, what was given, and what is expected', () => {
  const long = 'x'.repeat(500);
  test.each<[option: string, given: unknown, shown: string, expected: RegExp]>([
    ['tenantId', 'my tenant', 'a string of 9 characters', /GUID, or a verified domain/],
    ['tenantId', 'common', "'common'", /GUID, or a verified domain/],
    ['tenantId', 7, '7', /GUID/],
    ['tenantId', '../../x.y', 'a string of 9 characters', /GUID/],
    ['clientId', 'my-app', 'a string of 6 characters', /GUID/],
    ['clientId', long, 'a string of 500 characters', /GUID/],
    ['mailbox', 'a\ud800@contoso.com', 'a string of 14 characters', /bare address/],
    ['mailbox', '\udc00@contoso.com', 'a string of 13 characters', /bare address/],
    ['mailbox', 'Ana <ana@contoso.com>', 'a string of 21 characters', /bare address/],
    ['mailbox', 'me', 'a string of 2 characters', /bare address/],
    ['mailbox', 7, '7', /bare address/],
    ['mailbox', ['a@x.example'], 'an array', /bare address/],
    ['allowedMailboxes', 'contoso.com', 'a string of 11 characters', /\*@domain/],
    ['allowedMailboxes', ['a@x.example', '*'], 'a string of 1 character', /\*@domain/],
    ['allowedMailboxes', [], 'empty list', /no mailbox/],
    ['allowedMailboxes', 7, '7', /addresses/],
    ['mailboxNames', ['a@x.example'], 'an array', /object/],
    ['mailboxNames', { 'a@x.example': 'not an address' }, 'a string of 14 characters', /addresses and object ids/],
    ['mailboxNames', { 'not an id': 'a@x.example' }, 'a string of 9 characters', /addresses and object ids/],
    ['mailboxNames', { 'a@x.example': 7 }, '7', /addresses and object ids/],
    ['cloud', 'germany', 'a string of 7 characters', /'global', 'usgov'/],
    ['mailboxConcurrency', 0, '0', /1 or more/],
    ['mailboxConcurrency', '4', 'a string of 1 character', /whole number/],
    ['mailboxConcurrency', 1.5, 'a number with a fraction', /whole number/],
    ['timeout', -1, '-1', /1 or more/],
    ['timeout', Number.POSITIVE_INFINITY, 'Infinity', /whole number/],
    ['timeout', 2 ** 31, 'a number of 10 digits', /whole number/],
    ['maxRetries', -1, '-1', /0 or more/],
    ['maxRetries', Number.NaN, 'NaN', /whole number/],
    ['maxWait', true, 'true', /whole number/],
    ['maxRequestSize', 0, '0', /1 or more/],
    ['delivery', 'drafts', 'a string of 6 characters', /'direct' or 'draft'/],
    ['onUnknown', true, 'true', /'fail' or 'verify'/],
    ['onUnknown', 'resend', "'resend'", /'fail' or 'verify'/],
    ['largeMessages', 'split', 'a string of 5 characters', /'reject' or 'upload'/],
    ['verifyWindow', -1, '-1', /milliseconds, 0 or more/],
    ['uploadBudget', 3_999_999, 'a number of 7 digits', /at least maxRequestSize \(4000000\), or false/],
    ['uploadBudget', true, 'true', /or false/],
    ['uploadBudget', 1e20, 'a number beyond 2^53', /whole number of bytes/],
    ['onDraft', 'journal', 'a string of 7 characters', /a function/],
    ['sendCertificateChain', 'yes', "'yes'", /true or false/],
    ['certificate', 7, '7', /PEM text, or a PFX/],
    ['certificate', {}, 'an object', /PEM text, or a PFX/],
  ])('%s: %j', (option, given, shown, expected) => {
    const { message } = refused({ ...baseOptions, [option]: given });
    expect(message).toContain(option);
    expect(message).toContain(shown);
    expect(message).toMatch(expected);
    expect(message.length).toBeLessThan(400);
  });

  test.each<[option: string, given: unknown, expected: RegExp]>([
    ['authorityHost', 'http://login.example', /over https/],
    ['authorityHost', undefined, /over https/],
    ['graphHost', 'https://graph.example/v1.0', /over https/],
    ['graphHost', 'https://user:pw@graph.example', /over https/],
    ['graphHost', 'not a host', /over https/],
    ['graphHost', 7, /over https/],
    ['ca', 'ca.pem', /PEM text/],
  ])('cloud.%s: %j', (option, given, expected) => {
    const cloud = { authorityHost: 'https://login.example', graphHost: 'https://graph.example', [option]: given };
    const { message } = refused({ ...baseOptions, cloud });
    expect(message).toContain(`cloud.${option}`);
    expect(message).toMatch(expected);
  });

  test.each([undefined, '', null])('a mailbox that is %j is missing', (given) => {
    const error = refused({ ...baseOptions, mailbox: given });
    expect(error.message).toContain("'mailbox'");
  });

  test("mailbox: 'from' alone would let the mail choose", () => {
    expect(refused({ ...baseOptions, mailbox: 'from' }).message).toContain('allowedMailboxes');
    expect(settle({ ...baseOptions, mailbox: 'from', allowedMailboxes: '*@contoso.com' })).toMatchObject({
      mailbox: 'from',
      allowedMailboxes: ['*@contoso.com'],
    });
  });

  test.each([null, 7, 'smtp://x'])('something other than an object: %j', (options) => {
    const error = thrownBy(() => settleOptions(options as never, {}));
    expect(error.code).toBe('ECONFIG');
    expect(error.message).toContain('object');
  });
});

describe('an unknown option', () => {
  test.each([
    ['certificatPath', 'certificatePath'],
    ['tenantID', 'tenantId'],
    ['tenant_id', 'tenantId'],
    ['mailboxConcurency', 'mailboxConcurrency'],
    ['client_secret', 'clientSecret'],
    ['maxRetrys', 'maxRetries'],
  ])('%s is asked about: did you mean %s?', (given, meant) => {
    expect(refused({ ...baseOptions, [given]: 'x' }).message).toContain(`did you mean '${meant}'?`);
  });

  test('that is like none is refused with the list of those there are', () => {
    const error = refused({ ...baseOptions, somethingElse: 1 });
    expect(error.message).toBe("Unknown option 'somethingElse'.");
    expect(error.hint).toContain('mailboxConcurrency');
  });
});

describe('who the application is', () => {
  test.each([
    ['tenantId', /tenantId is missing/],
    ['clientId', /clientId is missing/],
    ['certificate', /No credential/],
  ])('needs %s', (option, words) => {
    expect(refused(without(option)).message).toMatch(words);
  });

  test.each([
    ['contoso.onmicrosoft.com', 'a verified domain'],
    [tenantId.toUpperCase(), 'a GUID in capitals'],
  ])('may have the tenant %s: %s', (given) => {
    expect(settle({ ...baseOptions, tenantId: given }).identity).toMatchObject({ tenantId: given });
  });

  test.each([
    [{ certificatePath: 'a.pem' }, /'certificatePath' and 'certificate' contradict/],
    [{ clientSecret: 's3cret' }, /'certificate' and 'clientSecret' contradict/],
  ])('cannot be proved in two ways: %j', (more, words) => {
    const error = refused({ ...baseOptions, ...more });
    expect(error.message).toMatch(words);
    expectNoSecrets(error, ['s3cret']);
  });

  test('may be proved by a certificate as bytes', () => {
    const { identity } = settle({ ...baseOptions, certificate: Buffer.from(appCertificate.pem) });
    expect(identity.credential).toMatchObject({
      kind: 'certificate',
      source: { contents: [Buffer.from(appCertificate.pem)] },
    });
  });

  test('may be proved by a file', () => {
    const { identity } = settle({
      ...without('certificate'),
      certificatePath: 'mailer.pem',
      sendCertificateChain: true,
    });
    expect(identity.credential).toMatchObject({ source: { paths: ['mailer.pem'] }, sendChain: true });
  });

  test('may be proved by a secret', () => {
    const { identity } = settle({ ...without('certificate'), clientSecret: 's3cret' });
    expect(identity.credential).toEqual({ kind: 'secret', secret: 's3cret' });
  });

  test('PEM text in certificatePath is pointed to the right option, and not printed', () => {
    const error = refused({ ...without('certificate'), certificatePath: appCertificate.pem });
    expect(error.hint).toContain("'certificate'");
    expectNoSecrets(error, keyPieces(appCertificate.privateKey));
  });

  const base64Forms = [
    Buffer.from(appCertificate.pem).toString('base64'),
    `"${Buffer.from(appCertificate.pem).toString('base64')}"`,
    Buffer.from(`Bag Attributes\n${appCertificate.pem}`).toString('base64'),
    makePfx(appCertificate, 'pw').toString('base64'),
    makePfx(appCertificate, 'pw').toString('base64').replace(/.{64}/g, '$&\r\n'),
  ];
  test.each([
    appCertificate.pem,
    appCertificate.privateKey,
    appCertificate.pem.replaceAll('\n', '\\n'),
    ...base64Forms,
  ])('the certificate itself in place of its path is neither printed nor kept: %#', (content) => {
    const pieces = [...keyPieces(appCertificate.privateKey), content.slice(0, 60), content.slice(-60)];
    const fromOption = refused({ ...without('certificate'), certificatePath: content });
    expect(fromOption.hint).toContain("'certificate'");
    expectNoSecrets(fromOption, pieces);
    const fromEnvironment = refused(
      { mailbox },
      { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_CERTIFICATE_PATH: content },
    );
    expect(fromEnvironment.message).toContain('AZURE_CLIENT_CERTIFICATE_PATH');
    expect(fromEnvironment.hint).toContain('GRAPH_MAIL_CERTIFICATE');
    expectNoSecrets(fromEnvironment, pieces);
  });

  test.each(['tenantId', 'clientId'])('a secret in place of %s is not printed', (name) => {
    const secret = 'Zx8~secret.of the-application';
    expectNoSecrets(refused({ ...baseOptions, [name]: secret }), [secret]);
    const variable = name === 'tenantId' ? 'AZURE_TENANT_ID' : 'AZURE_CLIENT_ID';
    const env = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, [variable]: secret };
    const error = refused({ mailbox }, env);
    expect(error.message).toContain(`${variable} is a string of ${secret.length} characters`);
    expectNoSecrets(error, [secret]);
  });

  test('a long path is a path', () => {
    const certificatePath = `/var/lib/${'pods/3f2c/volumes/'.repeat(20)}certificate`;
    expect(settle({ ...without('certificate'), certificatePath }).identity.credential).toMatchObject({
      source: { paths: [certificatePath] },
    });
  });

  test.each([{ clientSecret: '' }, { clientSecret: 7 }, { certificatePath: '' }, { certificatePath: 7 }])(
    'cannot be proved by %j',
    (credential) => {
      refused({ ...without('certificate'), ...credential });
    },
  );

  test('a wrong certificatePassword is not printed', () => {
    const error = refused({ ...baseOptions, certificatePassword: ['hunter2'] });
    expect(error.message).toContain("'certificatePassword'");
    expectNoSecrets(error, ['hunter2']);
  });
});

describe('options of Nodemailer’s SMTP transports', () => {
  // Nodemailer's own list; a new one does not compile until somebody decides about it.
  const theirs: Record<Exclude<keyof SMTPPoolOptions, keyof GraphTransportOptions>, true> = {
    host: true,
    port: true,
    service: true,
    auth: true,
    secure: true,
    secured: true,
    tls: true,
    pool: true,
    maxMessages: true,
    maxRequeues: true,
    idleTimeout: true,
    name: true,
    localAddress: true,
    requireTLS: true,
    ignoreTLS: true,
    opportunisticTLS: true,
    servername: true,
    authMethod: true,
    forceAuth: true,
    connectionTimeout: true,
    greetingTimeout: true,
    socketTimeout: true,
    socketCloseTimeout: true,
    maxResponseSize: true,
    dnsTimeout: true,
    transactionLog: true,
    lmtp: true,
    allowInternalNetworkInterfaces: true,
    url: true,
    socket: true,
    connection: true,
    customAuth: true,
    getSocket: true,
  };

  test.each([...Object.keys(theirs), 'newline', 'sendingRate'])('%s is ignored, and said to be', (name) => {
    expect(settle({ ...baseOptions, [name]: 'x' }).ignored).toEqual([name]);
  });
});

describe('the environment', () => {
  const env = {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_CERTIFICATE_PATH: 'env.pem',
    GRAPH_MAIL_MAILBOX: 'env@contoso.com',
  };
  const credentialOf = (variables: NodeJS.ProcessEnv) => settle({}, variables).identity.credential;

  test('is enough by itself', () => {
    expect(settle({}, env)).toMatchObject({
      identity: {
        tenantId,
        clientId,
        credential: { kind: 'certificate', source: { paths: ['env.pem'] }, sendChain: false },
      },
      mailbox: 'env@contoso.com',
      cloud: 'global',
    });
  });

  test('takes the secret before the certificate path before the certificate, as @azure/identity does', () => {
    const all = { ...env, AZURE_CLIENT_SECRET: 's3cret', GRAPH_MAIL_CERTIFICATE: 'PEM' };
    expect(credentialOf(all)).toEqual({ kind: 'secret', secret: 's3cret' });
    expect(credentialOf({ ...all, AZURE_CLIENT_SECRET: '' })).toMatchObject({ source: { paths: ['env.pem'] } });
    expect(credentialOf({ ...all, AZURE_CLIENT_SECRET: '', AZURE_CLIENT_CERTIFICATE_PATH: '' })).toMatchObject({
      source: { contents: ['PEM'] },
      from: 'GRAPH_MAIL_CERTIFICATE',
    });
  });

  test('has a password and the chain for the certificate', () => {
    const more = { ...env, AZURE_CLIENT_CERTIFICATE_PASSWORD: 'pw', AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: 'true' };
    expect(credentialOf(more)).toMatchObject({ password: 'pw', sendChain: true });
    expect(credentialOf({ ...more, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: '1' })).toMatchObject({ sendChain: true });
    expect(credentialOf({ ...more, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: 'false' })).toMatchObject({ sendChain: false });
  });

  test('gives way to the options for what is not the identity', () => {
    expect(
      settle(
        { mailbox, cloud: 'china', timeout: 5 },
        { ...env, AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us' },
      ),
    ).toMatchObject({
      mailbox,
      cloud: 'china',
      timeout: 5,
    });
  });

  test.each([
    ['https://login.microsoftonline.com', 'global'],
    ['https://login.microsoftonline.us/', 'usgov'],
    ['login.chinacloudapi.cn', 'china'],
    ['https://LOGIN.partner.microsoftonline.cn', 'china'],
    ['', 'global'],
  ])('names the cloud by its authority: %s is %s', (AZURE_AUTHORITY_HOST, cloud) => {
    expect(settle({}, { ...env, AZURE_AUTHORITY_HOST }).cloud).toBe(cloud);
  });

  test('with an authority that nobody knows is refused', () => {
    const error = refused({}, { ...env, AZURE_AUTHORITY_HOST: 'https://login.example' });
    expect(error.message).toContain("AZURE_AUTHORITY_HOST is 'https://login.example'");
  });

  test.each(['tenantId', 'clientId', 'certificate'])(
    'never completes a half identity: only %s as an option',
    (name) => {
      const half = { mailbox, [name]: baseOptions[name as 'tenantId'] };
      refused(half, env);
    },
  );

  test('does not add its mailbox, cloud or password to an identity from the options', () => {
    const foreign = {
      ...env,
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us',
      AZURE_CLIENT_CERTIFICATE_PASSWORD: 'pw',
      AZURE_CLIENT_SECRET: 's3cret',
    };
    expect(settle(baseOptions, foreign)).toEqual(settle(baseOptions));
    expect(refused(without('mailbox'), foreign).message).toContain("'mailbox'");
  });

  test.each<[string, NodeJS.ProcessEnv, RegExp]>([
    ['nothing is set', {}, /No identity is given/],
    ['the tenant is missing', { ...env, AZURE_TENANT_ID: '' }, /AZURE_TENANT_ID is missing/],
    ['the client is missing', { ...env, AZURE_CLIENT_ID: undefined }, /AZURE_CLIENT_ID is missing/],
    ['the client is no GUID', { ...env, AZURE_CLIENT_ID: 'x' }, /AZURE_CLIENT_ID is a string of 1 character;/],
    ['no credential is set', { ...env, AZURE_CLIENT_CERTIFICATE_PATH: '' }, /no credential is/],
    ['no mailbox is set', { ...env, GRAPH_MAIL_MAILBOX: '' }, /GRAPH_MAIL_MAILBOX/],
  ])('is refused when %s', (_, variables, words) => {
    expect(refused({}, variables).message).toMatch(words);
  });
});

describe('the application that may search message trace', () => {
  const traceId = '33333333-4444-4555-8666-777777777777';
  const trace = { clientId: traceId, certificate: appCertificate.pem };

  test('signs in to the same tenant by a certificate of its own', () => {
    expect(settle({ ...baseOptions, trace }).trace).toEqual({
      tenantId,
      clientId: traceId,
      credential: {
        kind: 'certificate',
        source: { contents: [appCertificate.pem] },
        from: "option 'trace.certificate'",
        password: undefined,
        sendChain: false,
      },
    });
    expect(settle(baseOptions).trace).toBeUndefined();
  });

  const getToken = async () => 'token';
  test('or by tokens that somebody else gets', () => {
    expect(settle({ ...baseOptions, trace: { getToken } }).trace).toEqual({
      credential: { kind: 'token', get: getToken },
    });
    const foreign = { mailbox, getToken: async () => 'other' };
    expect(settle({ ...foreign, trace: { getToken } }).trace).toEqual({ credential: { kind: 'token', get: getToken } });
    expect(refused({ ...foreign, trace }).message).toContain("'trace' has no tenant to sign in to");
  });

  test.each<[given: unknown, text: RegExp]>([
    [true, /'trace' is true; expected an object/],
    [[], /'trace' is an array with 0 entries/],
    [{}, /trace\.clientId is missing/],
    [{ ...trace, clientId: 'my-app' }, /trace\.clientId is a string of 6 characters/],
    [
      { ...trace, clientId: clientId.toUpperCase() },
      /'trace\.clientId' is the application that sends; expected another/,
    ],
    [{ clientId: traceId }, /No credential is given/],
    [{ ...trace, clientSecret: 'x' }, /'trace\.certificate' and 'trace\.clientSecret' contradict/],
    [{ ...trace, certificate: 7 }, /'trace\.certificate' is 7/],
    [{ clientId: traceId, certificatePath: '' }, /'trace\.certificatePath' is not a path/],
    [{ clientId: traceId, clientSecret: 7 }, /'trace\.clientSecret' is not a non-empty string/],
    [{ clientId: traceId, clientAssertion: 7 }, /'trace\.clientAssertion' is 7/],
    [{ ...trace, certificatePassword: 7 }, /'trace\.certificatePassword' is 7/],
    [{ ...trace, sendCertificateChain: 7 }, /'trace\.sendCertificateChain' is 7/],
    [{ getToken: 7 }, /'trace\.getToken' is 7/],
    [{ credential: 7 }, /'trace\.credential' is 7/],
    [{ credential: 7, clientId: traceId }, /'trace\.clientId' and 'trace\.credential' contradict/],
    [{ ...trace, tenantId }, /'trace' has an unknown option 'tenantId'/],
  ])('is refused when it is given wrongly: %j', (given, text) => {
    expect(refused({ ...baseOptions, trace: given }).message).toMatch(text);
  });

  test('says why it is another one', () => {
    expect(refused({ ...baseOptions, trace: { ...trace, clientId } }).hint).toContain('who wrote to whom');
  });

  test.each<[cloud: unknown]>([
    ['usgov'],
    ['usgov-dod'],
    ['china'],
    [{ authorityHost: 'https://login.microsoftonline.us', graphHost: 'https://graph.microsoft.us' }],
    [{ authorityHost: 'https://proxy.example', graphHost: 'https://dod-graph.microsoft.us' }],
    [{ authorityHost: 'https://login.chinacloudapi.cn', graphHost: 'https://proxy.example' }],
    [{ authorityHost: 'https://login.partner.microsoftonline.cn', graphHost: 'https://proxy.example' }],
  ])('is refused in a cloud without message trace: %j', (cloud) => {
    expect(refused({ ...baseOptions, cloud, trace }).message).toContain('worldwide cloud alone');
    expect(() => settle({ ...baseOptions, cloud })).not.toThrow();
  });

  test.each<[cloud: unknown]>([
    ['global'],
    [{ authorityHost: 'https://localhost:8443', graphHost: 'https://localhost:8443' }],
    [{ authorityHost: 'https://notmicrosoft.us', graphHost: 'https://graph.contoso.us' }],
  ])('is taken in the worldwide cloud, and where nobody knows: %j', (cloud) => {
    expect(settle({ ...baseOptions, cloud, trace }).trace).toBeDefined();
  });

  const environment = {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    GRAPH_MAIL_CERTIFICATE: appCertificate.pem,
    GRAPH_MAIL_MAILBOX: mailbox,
  };

  test('comes from the environment with the identity beside it', () => {
    const env = {
      ...environment,
      GRAPH_MAIL_TRACE_CLIENT_ID: traceId,
      GRAPH_MAIL_TRACE_CERTIFICATE_PATH: '/trace.pem',
      GRAPH_MAIL_TRACE_CERTIFICATE: 'unused',
      GRAPH_MAIL_TRACE_CERTIFICATE_PASSWORD: '"hunter2"',
    };
    expect(settle({}, env).trace).toEqual({
      tenantId,
      clientId: traceId,
      credential: {
        kind: 'certificate',
        source: { paths: ['/trace.pem'] },
        from: "GRAPH_MAIL_TRACE_CERTIFICATE_PATH '/trace.pem'",
        password: '"hunter2"',
        sendChain: false,
      },
    });
    expect(settle(baseOptions, env).trace).toBeUndefined();
    expect(settle({ trace }, env).trace).toMatchObject({ credential: { from: "option 'trace.certificate'" } });
    expect(settle({}, environment).trace).toBeUndefined();
  });

  test.each<[more: Record<string, string>, text: RegExp]>([
    [{}, /GRAPH_MAIL_TRACE_CLIENT_ID is set, but no certificate/],
    [{ GRAPH_MAIL_TRACE_CLIENT_ID: 'x' }, /GRAPH_MAIL_TRACE_CLIENT_ID is a string of 1 character/],
    [
      { GRAPH_MAIL_TRACE_CLIENT_ID: clientId, GRAPH_MAIL_TRACE_CERTIFICATE: 'x' },
      /CLIENT_ID is the application that sends/,
    ],
    [{ GRAPH_MAIL_TRACE_CERTIFICATE: `"${appCertificate.pem}"` }, /GRAPH_MAIL_TRACE_CERTIFICATE begins and ends/],
    [{ GRAPH_MAIL_TRACE_CERTIFICATE_PATH: appCertificate.pem }, /CERTIFICATE_PATH is not a path/],
    [
      { GRAPH_MAIL_TRACE_CERTIFICATE: 'x', AZURE_AUTHORITY_HOST: 'https://login.partner.microsoftonline.cn' },
      /GRAPH_MAIL_TRACE_CLIENT_ID\) is in the worldwide cloud alone/,
    ],
  ])('is refused when the environment has it wrongly: %j', (more, text) => {
    const error = refused({}, { ...environment, GRAPH_MAIL_TRACE_CLIENT_ID: traceId, ...more });
    expect(error.message).toMatch(text);
    expectNoSecrets(error, keyPieces(appCertificate.pem));
  });
});

describe('graphTransport()', () => {
  test('checks at construction, and reads the certificate there', () => {
    expect(thrownBy(() => graphTransport({ ...baseOptions, tenantId: 'x' })).code).toBe('ECONFIG');
    const error = thrownBy(() => graphTransport({ ...baseOptions, certificate: appCertificate.certificate }));
    expect(error).toMatchObject({ code: 'ECONFIG' });
    expect(error.message).toContain('no private key');
  });

  test('makes something that frameworks can clone and spread: bound functions and plain values', () => {
    const transport = graphTransport(baseOptions);
    expect(Object.keys(transport).sort()).toEqual([
      'close',
      'isIdle',
      'mailboxConcurrency',
      'mailboxFor',
      'name',
      'on',
      'options',
      'pendingCount',
      'readInbox',
      'send',
      'settle',
      'supportsAbortSignal',
      'traceMessages',
      'verify',
      'version',
    ]);
    const { isIdle, close } = { ...transport } as unknown as GraphTransport;
    expect(isIdle()).toBe(true);
    close();
    expect(transport.isIdle()).toBe(false);
  });

  test('shows neither key nor certificate when it is printed or serialised', () => {
    const transport = graphTransport(baseOptions);
    expectNoSecrets(transport, [...keyPieces(appCertificate.privateKey), tenantId]);
    expect(JSON.stringify(transport)).not.toContain('PRIVATE');
  });
});
