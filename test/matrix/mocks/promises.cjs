// What a program's own tests may rely on when they replace HTTP: nothing reaches the network, what is mocked is seen.
const assert = require('node:assert/strict');
const { createServer } = require('node:net');
const { test } = require('node:test');

const mailbox = 'noreply@contoso.com';
const mail = { from: mailbox, to: 'ana@example.com', subject: 'Hello', text: 'Hello Ana' };
const id = '11111111-2222-3333-4444-555555555555';
const graphHost = 'https://graph.microsoft.com';
const tokenUrl = `https://login.microsoftonline.com/${id}/oauth2/v2.0/token`;
const token = { token_type: 'Bearer', expires_in: 3599, access_token: 'token' };
const subjectOf = (body) => /^Subject: (.*?)\r?$/m.exec(Buffer.from(body, 'base64').toString())?.[1];

const mocks = {
  nock: {
    forbid: ({ default: nock }) => nock.disableNetConnect(),
    /** @param answers statuses, in their order */
    answer({ default: nock }, answers, seen) {
      nock(new URL(tokenUrl).origin).post(new URL(tokenUrl).pathname).query(true).reply(200, token);
      for (const status of answers) {
        nock(graphHost)
          .post(`/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`, (body) => seen.push(subjectOf(body)))
          .reply(status, '', { 'retry-after': '0.01' });
      }
    },
    end: ({ default: nock }) => assert.ok(nock.isDone()),
  },
  msw: {
    forbid(msw) {
      this.server = msw.setupServer();
      this.server.listen({ onUnhandledRequest: 'error' });
    },
    answer({ http, HttpResponse }, answers, seen) {
      const left = [...answers];
      this.server.use(
        http.post(tokenUrl, () => HttpResponse.json(token)),
        http.post(`${graphHost}/v1.0/users/:mailbox/sendMail`, async ({ request }) => {
          seen.push(subjectOf(await request.text()));
          return new HttpResponse(null, { status: left.shift(), headers: { 'retry-after': '0.01' } });
        }),
      );
    },
    end() {
      this.server.close();
    },
  },
};

exports.promises = (name, tool, nodemailer, graphTransport) => {
  const mock = mocks[name];

  test('a mail that nobody has mocked does not leave', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    }).unref();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `https://127.0.0.1:${server.address().port}`;
    mock.forbid(tool);
    const transport = graphTransport({
      cloud: { authorityHost: origin, graphHost: origin },
      getToken: () => 'token',
      mailbox,
      maxRetries: 0,
    });
    await assert.rejects(nodemailer.createTransport(transport).sendMail(mail), { outcome: 'not-sent' });
    assert.equal(connections, 0);
    server.close();
  });

  test('token and mail are seen, and the mocked answers taken', async () => {
    const seen = [];
    mock.answer(tool, [429, 202, 202], seen);
    const transport = graphTransport({ tenantId: id, clientId: id, clientSecret: 'x', mailbox });
    const transporter = nodemailer.createTransport(transport);
    assert.equal((await transporter.sendMail(mail)).attempts, 2);
    // A connection that is kept must not lead past the mock either; a long body goes another way.
    await transporter.sendMail({ ...mail, subject: 'Long', text: 'x'.repeat(300_000) });
    assert.deepEqual(seen, ['Hello', 'Hello', 'Long']);
    transporter.close();
    mock.end(tool);
  });
};
