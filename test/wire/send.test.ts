import { constants, createHash, randomUUID, verify, X509Certificate } from 'node:crypto';
import nock from 'nock';
import nodemailer, { type Transporter } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { version } from '../../src/common/version.js';
import { type GraphSentMessageInfo, type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { graphError } from '../helpers/answers.js';
import { makeCertificate } from '../helpers/certificates.js';
import { expectNoSecrets, failureOf, keyPieces } from '../helpers/failure.js';
import { appCertificate, baseOptions, mailbox, smallMail } from '../helpers/fixtures.js';
import { assertionOf, cloud, type Reply, sendMailPath } from '../helpers/nock-cloud.js';

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let transporter: Transporter<GraphSentMessageInfo>;
const create = (options: Partial<GraphTransportOptions> = {}) => {
  transporter = nodemailer.createTransport(graphTransport({ ...baseOptions, ...options })) as typeof transporter;
  return transporter;
};

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  transporter.close();
  nock.cleanAll();
  nock.enableNetConnect();
});

const onlyRequest = (seen: { graph: unknown[] }) => {
  expect(seen.graph).toHaveLength(1);
  return (seen as ReturnType<typeof cloud>).graph[0] as ReturnType<typeof cloud>['graph'][number];
};

describe('the request to Graph', () => {
  test('goes to sendMail of the mailbox', async () => {
    const seen = cloud();
    await create().sendMail(smallMail);
    expect(onlyRequest(seen).path).toBe('/v1.0/users/noreply%40contoso.com/sendMail');
  });

  test.each([
    ["o'hara+news@contoso.com", "/v1.0/users/o'hara%2Bnews%40contoso.com/sendMail"],
    ['a%b&c=d@contoso.com', '/v1.0/users/a%25b%26c%3Dd%40contoso.com/sendMail'],
    ['NoReply@Müller.example', '/v1.0/users/noreply%40xn--mller-kva.example/sendMail'],
    ['6F1C2F9E-0000-0000-0000-000000000000', '/v1.0/users/6f1c2f9e-0000-0000-0000-000000000000/sendMail'],
  ])('names the mailbox %s in its path, percent-encoded', async (name, path) => {
    const seen = cloud();
    await create({ mailbox: name }).sendMail(smallMail);
    expect(onlyRequest(seen).path).toBe(path);
  });

  test('has exactly the headers that it needs', async () => {
    const seen = cloud();
    const info = await create().sendMail(smallMail);
    const { headers, body } = onlyRequest(seen);
    expect(headers).toMatchObject({
      host: 'graph.microsoft.com',
      authorization: 'Bearer nock-secret-token-1',
      'content-type': 'text/plain',
      'content-length': String(body.length),
      'user-agent': `nodemailer-graph-transport/${version}`,
      'client-request-id': info.clientRequestId,
    });
    expect(headers['client-request-id']).toMatch(guid);
    expect(headers).not.toHaveProperty('transfer-encoding');
    expect(headers).not.toHaveProperty('expect');
  });

  test('carries the MIME in unwrapped standard base64', async () => {
    const seen = cloud();
    // Bytes that would show the URL-safe alphabet.
    const content = Buffer.from(Array.from({ length: 600 }, (_, i) => [0xfb, 0xff, 0xbf][i % 3] as number));
    const info = await create().sendMail({ ...smallMail, attachments: [{ filename: 'x.bin', content }] });
    const { body } = onlyRequest(seen);
    expect(body).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
    expect(body.length % 4).toBe(0);
    const mime = Buffer.from(body, 'base64');
    expect(mime.toString('base64')).toBe(body);
    expect(mime.length).toBe(info.messageSize);
    expect(mime.toString()).toContain(`Message-ID: ${info.messageId}\r\n`);
    expect(mime.toString()).toContain(content.toString('base64').slice(0, 76));
    expect(mime.toString().replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  test('keeps Bcc, without which nobody there would get it', async () => {
    const seen = cloud();
    const info = await create().sendMail({ ...smallMail, bcc: 'secret@example.com' });
    expect(Buffer.from(onlyRequest(seen).body, 'base64').toString()).toContain('\r\nBcc: secret@example.com\r\n');
    expect(info.accepted).toEqual(['ana@example.com', 'secret@example.com']);
  });
});

describe('the token request', () => {
  test('is a client credentials grant with a signed assertion', async () => {
    const seen = cloud();
    await create().sendMail(smallMail);
    expect(seen.token).toHaveLength(1);
    const request = seen.token[0];
    const url = new URL(`https://login.microsoftonline.com${request?.path}`);
    expect(url.pathname).toBe(`/${baseOptions.tenantId}/oauth2/v2.0/token`);
    expect(request?.headers['content-type']).toContain('application/x-www-form-urlencoded');
    expect(request?.headers['user-agent']).toBe(`nodemailer-graph-transport/${version}`);
    expect(assertionOf(request?.body ?? '').fields).toMatchObject({
      client_id: baseOptions.clientId,
      scope: 'https://graph.microsoft.com/.default',
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
  });

  test('has an assertion that only this certificate can have signed, for this endpoint and this client', async () => {
    const seen = cloud();
    await create().sendMail(smallMail);
    const { header, payload, signed, signature } = assertionOf(seen.token[0]?.body ?? '');
    const certificate = new X509Certificate(appCertificate.certificate);
    expect(header).toEqual({
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': createHash('sha256').update(certificate.raw).digest('base64url'),
    });
    expect(payload).toMatchObject({
      aud: `https://login.microsoftonline.com/${baseOptions.tenantId}/oauth2/v2.0/token`,
      iss: baseOptions.clientId,
      sub: baseOptions.clientId,
      jti: expect.stringMatching(guid),
    });
    expect(payload.exp - payload.nbf).toBe(600);
    const key = { key: certificate.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    expect(verify('sha256', Buffer.from(signed), key, signature)).toBe(true);
  });

  test('has the chain in the assertion where that is wanted', async () => {
    const seen = cloud();
    await create({ sendCertificateChain: true }).sendMail(smallMail);
    const { header } = assertionOf(seen.token[0]?.body ?? '');
    expect(header.x5c).toEqual([new X509Certificate(appCertificate.certificate).raw.toString('base64')]);
  });

  test('is made once for a hundred mails at once', async () => {
    const seen = cloud();
    create();
    await Promise.all(Array.from({ length: 100 }, () => transporter.sendMail(smallMail)));
    expect(seen.token).toHaveLength(1);
    expect(seen.graph).toHaveLength(100);
  });

  test('carries a secret where there is one', async () => {
    const seen = cloud();
    create({ certificate: undefined, clientSecret: 'app~secret' });
    await transporter.sendMail(smallMail);
    const fields = new URLSearchParams(seen.token[0]?.body);
    expect(fields.get('client_secret')).toBe('app~secret');
    expect(fields.has('client_assertion')).toBe(false);
  });
});

describe('202 is sent, whatever comes with it', () => {
  test.each<[string, Reply]>([
    ['nothing', [202]],
    ['Retry-After', [202, '', { 'retry-after': '120' }]],
    ['an error body', [202, graphError('ErrorInternalServerError'), { 'content-type': 'application/json' }]],
    ['a challenge and a redirect', [202, '', { 'www-authenticate': 'Bearer', location: 'https://x.example' }]],
  ])('%s', async (_, reply) => {
    const seen = cloud({ graph: [reply] });
    const info = await create().sendMail(smallMail);
    expect(info).toMatchObject({
      accepted: ['ana@example.com'],
      rejected: [],
      pending: [],
      mailbox,
      attempts: 1,
      envelope: { from: mailbox, to: ['ana@example.com'] },
      response: '202 Accepted',
    });
    expect(seen.graph).toHaveLength(1);
  });

  test('its request-id is in the info', async () => {
    cloud({ graph: [[202, '', { 'request-id': 'r-1' }]] });
    expect(await create().sendMail(smallMail)).toMatchObject({ requestId: 'r-1', response: '202 Accepted r-1' });
  });
});

describe('what Graph answers decides what is tried again', () => {
  test.each([
    ['429', 429, '0.05'],
    ['429 with a date', 429, new Date(0).toUTCString()],
    ['503 with Retry-After', 503, '0.05'],
  ])('%s: the same bytes again', async (_, status, retryAfter) => {
    const seen = cloud({ graph: [[status, graphError('ApplicationThrottled'), { 'retry-after': retryAfter }], [202]] });
    const info = await create().sendMail(smallMail);
    expect(info.attempts).toBe(2);
    expect(seen.graph[0]?.body).toBe(seen.graph[1]?.body);
    expect(seen.graph[0]?.headers['client-request-id']).not.toBe(seen.graph[1]?.headers['client-request-id']);
    expect(seen.token).toHaveLength(1);
  });

  test('401: one new token, then success', async () => {
    const seen = cloud({ graph: [[401, graphError('InvalidAuthenticationToken')], [202]] });
    expect((await create().sendMail(smallMail)).attempts).toBe(2);
    expect(seen.graph.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer nock-secret-token-1',
      'Bearer nock-secret-token-2',
    ]);
    expect(seen.token).toHaveLength(2);
  });

  test('401 twice: EAUTH', async () => {
    const seen = cloud({ graph: [[401, graphError('InvalidAuthenticationToken')]] });
    const error = await failureOf(create().sendMail(smallMail));
    expect(error).toMatchObject({
      code: 'EAUTH',
      outcome: 'not-sent',
      permanent: true,
      responseCode: 401,
      attempts: 2,
    });
    expect(error.hint).toBeTruthy();
    expect(seen.graph).toHaveLength(2);
    expect(seen.token).toHaveLength(2);
  });

  test('401 with a claims challenge: the claims are in the next token request', async () => {
    const claims = { access_token: { nbf: { essential: true, value: '1604106651' } } };
    const encoded = Buffer.from(JSON.stringify(claims)).toString('base64');
    const challenge = `Bearer realm="", error="insufficient_claims", claims="${encoded}"`;
    const seen = cloud({ graph: [[401, '', { 'www-authenticate': challenge }], [202]] });
    await create().sendMail(smallMail);
    const asked = JSON.parse(new URLSearchParams(seen.token[1]?.body).get('claims') ?? '{}');
    expect(asked.access_token.nbf).toEqual(claims.access_token.nbf);
    expect(new URLSearchParams(seen.token[0]?.body).get('claims')).not.toContain('1604106651');
  });

  test.each<[number, string | undefined]>([
    [200, undefined],
    [201, undefined],
    [204, undefined],
    [500, 'ErrorInternalServerError'],
    [502, undefined],
    [503, undefined],
    [504, 'UnknownError'],
  ])('%i: unknown, and never again', async (status, graphCode) => {
    const body = graphCode === undefined ? '<html>' : graphError(graphCode);
    const seen = cloud({ graph: [[status, status === 204 ? '' : body, { 'request-id': 'r-1' }]] });
    const error = await failureOf(create().sendMail(smallMail));
    expect(error).toMatchObject({
      code: 'EGRAPH',
      outcome: 'unknown',
      permanent: false,
      responseCode: status,
      requestId: 'r-1',
      command: 'sendMail',
      attempts: 1,
    });
    expect(error.graphCode).toBe(graphCode);
    expect(error.hint).toContain('Sent Items');
    expect(error.clientRequestId).toBe(seen.graph[0]?.headers['client-request-id']);
    expect(seen.graph).toHaveLength(1);
  });

  test.each<[number, string, string, RegExp]>([
    [400, 'ErrorInvalidRecipients', 'EENVELOPE', /To, Cc and Bcc/],
    [403, 'ErrorAccessDenied', 'EAUTH', /Mail\.Send/],
    [403, 'ErrorSendAsDenied', 'EENVELOPE', /From/],
    [404, 'ErrorInvalidUser', 'EENVELOPE', /'mailbox'/],
    [404, 'MailboxNotEnabledForRESTAPI', 'EENVELOPE', /no Exchange Online mailbox/],
    [413, 'BadRequest', 'EMESSAGE', /size/],
  ])('%i %s: %s with a hint, not sent, for good', async (status, graphCode, code, hint) => {
    const seen = cloud({ graph: [[status, graphError(graphCode, 'In words.'), { 'request-id': 'r-1' }]] });
    const error = await failureOf(create().sendMail(smallMail));
    expect(error).toMatchObject({ code, outcome: 'not-sent', permanent: true, responseCode: status, graphCode });
    expect(error.response).toBe(`${status} ${graphCode}: In words.`);
    expect(error.hint).toMatch(hint);
    expect(seen.graph).toHaveLength(1);
  });
});

describe('when Entra gives no token, nothing is sent', () => {
  const aadsts = (number: number) => ({
    error: 'invalid_client',
    error_description: `AADSTS${number}: In words. Trace ID: 1 Correlation ID: 2 Timestamp: 3`,
    error_codes: [number],
  });

  test.each<[string, Reply, object]>([
    ['an unknown certificate', [401, aadsts(700027)], { permanent: true, responseCode: 401, aadsts: 700027 }],
    ['an unknown tenant', [400, aadsts(90002)], { permanent: true, responseCode: 400, aadsts: 90002 }],
    ['an unknown application', [400, aadsts(700016)], { permanent: true, responseCode: 400, aadsts: 700016 }],
    ['a passing fault', [503, aadsts(90033)], { permanent: false, responseCode: 503, aadsts: 90033 }],
    ['a page of HTML', [502, '<html>'], { permanent: false, responseCode: 502 }],
    ['throttling', [429, {}, { 'retry-after': '7' }], { permanent: false, responseCode: 429, retryAfter: 7_000 }],
    ['an empty answer', [200, {}], { permanent: false, responseCode: 200 }],
  ])('%s', async (_, reply, fields) => {
    const seen = cloud({ token: [reply] });
    const error = await failureOf(create({ maxRetries: 0 }).sendMail(smallMail));
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', command: 'TOKEN', ...fields });
    expect(seen.graph).toHaveLength(0);
    expect(seen.token).toHaveLength(1);
  });

  test('a fault that has passed does not stand in the way of the next mail', async () => {
    const good: Reply = [200, { token_type: 'Bearer', expires_in: 3599, access_token: 'later' }];
    const seen = cloud({ token: [[503, aadsts(90033)], [429, {}, { 'retry-after': '60' }], good] });
    create({ maxRetries: 0 });
    await failureOf(transporter.sendMail(smallMail));
    await failureOf(transporter.sendMail(smallMail));
    await transporter.sendMail(smallMail);
    expect(seen.graph[0]?.headers.authorization).toBe('Bearer later');
  });

  test('an expired certificate is not even tried', async () => {
    const seen = cloud();
    const expired = makeCertificate({ notBefore: new Date(2020, 0), notAfter: new Date(2021, 0) });
    const error = await failureOf(create({ certificate: expired.pem }).sendMail(smallMail));
    expect(error).toMatchObject({ code: 'EAUTH', outcome: 'not-sent', permanent: true, command: 'TOKEN' });
    expect(error.message).toContain('expired on 20');
    expect(error.hint).toBeTruthy();
    expect(seen.token).toHaveLength(0);
  });
});

describe('verify()', () => {
  test('gets a token and sends nothing', async () => {
    const seen = cloud();
    expect(await create().verify()).toBe(true);
    expect(seen.token).toHaveLength(1);
    expect(seen.graph).toHaveLength(0);
  });

  test('leaves its token for the first mail', async () => {
    const seen = cloud();
    create();
    await transporter.verify();
    await transporter.sendMail(smallMail);
    expect(seen.token).toHaveLength(1);
  });

  test('calls back where that is wanted, with the result or the error', async () => {
    cloud({
      token: [
        [400, { error: 'x', error_codes: [90002] }],
        [200, { expires_in: 3599, access_token: 't', token_type: 'Bearer' }],
      ],
    });
    create();
    const verified = () => new Promise<unknown[]>((resolve) => transporter.verify((...args) => resolve(args)));
    expect((await verified())[0]).toMatchObject({ code: 'EAUTH', aadsts: 90002 });
    expect(await verified()).toEqual([null, true]);
  });
});

describe('no secret leaves', () => {
  const secrets = (seen: ReturnType<typeof cloud>) => [
    ...keyPieces(appCertificate.privateKey),
    'nock-secret-token',
    ...seen.token.map(({ body }) => assertionOf(body).jwt),
    ...seen.token.map(({ body }) => assertionOf(body).jwt.split('.')[2] as string),
    ...seen.graph.map(({ body }) => body.slice(0, 60)),
  ];

  test.each<[string, { graph?: Reply[]; token?: Reply[] }]>([
    ['a refusal by Graph', { graph: [[403, graphError('ErrorAccessDenied')]] }],
    ['a second 401', { graph: [[401, graphError('InvalidAuthenticationToken')]] }],
    ['an unknown outcome', { graph: [[504, '']] }],
    ['throttling', { graph: [[429, graphError('TooManyRequests'), { 'retry-after': '9999' }]] }],
    ['a refusal by Entra', { token: [[401, { error: 'invalid_client', error_codes: [700027] }]] }],
    ['an answer of Entra that is no JSON', { token: [[400, 'oops']] }],
  ])('in the error of %s, nor in the transport and the transporter after it', async (_, replies) => {
    const seen = cloud(replies);
    // One that no other test has throttled.
    const transport = graphTransport({ ...baseOptions, mailbox: randomUUID() });
    transporter = nodemailer.createTransport(transport) as typeof transporter;
    const error = await failureOf(transporter.sendMail(smallMail));
    expect(seen.token.length).toBeGreaterThan(0);
    expectNoSecrets(error, secrets(seen));
    expectNoSecrets(transport, secrets(seen));
    expectNoSecrets(transporter, secrets(seen));
  });

  test('a client secret neither', async () => {
    const seen = cloud({ token: [[401, { error: 'invalid_client', error_codes: [7000215] }]] });
    const transport = graphTransport({ ...baseOptions, certificate: undefined, clientSecret: 'app~secret' });
    transporter = nodemailer.createTransport(transport) as typeof transporter;
    const error = await failureOf(transporter.sendMail(smallMail));
    expect(seen.token[0]?.body).toContain('app~secret');
    for (const value of [error, transport, transporter]) expectNoSecrets(value, ['app~secret']);
  });

  test('nor is any in the info of a mail that was sent', async () => {
    const seen = cloud();
    expectNoSecrets(await create().sendMail(smallMail), secrets(seen));
  });
});

test('other clouds are other hosts', async () => {
  const token = nock('https://login.microsoftonline.us')
    .post(`/${baseOptions.tenantId}/oauth2/v2.0/token`, /scope=https%3A%2F%2Fgraph\.microsoft\.us%2F\.default/)
    .query(true)
    .reply(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'gov' });
  const graph = nock('https://graph.microsoft.us', { reqheaders: { authorization: 'Bearer gov' } })
    .post(sendMailPath)
    .reply(202);
  await create({ cloud: 'usgov' }).sendMail(smallMail);
  expect(token.isDone()).toBe(true);
  expect(graph.isDone()).toBe(true);
});
