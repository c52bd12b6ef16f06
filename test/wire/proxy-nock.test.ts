import nock from 'nock';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createAgent } from '../../src/graph/agent.js';
import { type HttpAnswer, send } from '../../src/graph/http.js';
import { proxyFor } from '../../src/graph/proxy.js';

const agents = {
  direct: () => createAgent(undefined),
  'through a proxy': () =>
    createAgent(undefined, {
      choose: (url) => proxyFor(url, 'http://proxy.invalid:8080', {}),
      userAgent: 'test/1',
      timeout: 1_000,
    }),
};

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => nock.restore());

const post = (agent: ReturnType<typeof createAgent>): Promise<HttpAnswer> =>
  send({
    method: 'POST',
    url: 'https://graph.microsoft.com/v1.0/users/a/sendMail',
    headers: { 'content-type': 'text/plain' },
    body: Buffer.from('Zm9v'),
    agent,
    timeout: 10_000,
  });

test.each(Object.entries(agents))('nock answers requests of an agent that connects %s', async (_, make) => {
  const agent = make();
  const scope = nock('https://graph.microsoft.com').post('/v1.0/users/a/sendMail', 'Zm9v').times(2).reply(202);
  expect((await post(agent)).status).toBe(202);
  expect((await post(agent)).status).toBe(202);
  scope.done();
});
