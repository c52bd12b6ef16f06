import { afterAll, beforeAll, expect, test } from 'vitest';
import { messageTrace } from '../../../src/cli/live/questions/delivery.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.js';
import { type Answer, HastyClock, serviceThat } from './service.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const [question] = messageTrace;
const READER = '0f0f0f0f-5a4d-4b0c-9c0d-e5a9d0c0ffee';

/** Takes all mail, and lists in its trace what `entry` gives for a Message-ID. */
async function traced(entry: (messageId: string) => object | undefined, status = 200) {
  const looks: { filter: string; authorization: string }[] = [];
  const answer: Answer = ({ url, authorization, body }) => {
    if (url.endsWith('/token')) {
      expect(new URLSearchParams(body).get('client_id')).toBe(READER);
      return { status: 200, body: '{"access_token":"for the trace"}' };
    }
    if (!url.includes('/messageTraces')) return { status: 202, body: '' };
    const filter = new URL(url, 'https://graph.test').searchParams.get('$filter') ?? '';
    looks.push({ filter, authorization });
    if (status !== 200) return { status, body: '{"error":{"code":"Unauthorized","message":"8bd644d1"}}' };
    const found = entry(/^messageId eq '(.*)'$/.exec(filter)?.[1] ?? '');
    return { status: 200, body: JSON.stringify({ value: found ? [found] : [] }) };
  };
  const clock = new HastyClock();
  const trace = { clientId: READER, certificate: sandbox.options.certificate };
  const { target } = await serviceThat(answer, sandbox, { clock, trace });
  await target.accessToken();
  for (let at = 0; at < 9; at += 1) {
    await target.sendMail(target.mail('traced'));
    await target.pause(10_000);
  }
  return { target, looks };
}

test('looks for a few of its own messages, oldest first, as the application that may', async () => {
  const { target, looks } = await traced((messageId) =>
    /-[1-5]@/.test(messageId) ? { status: 'delivered', subject: 'Hi', recipientAddress: 'ana@example.com' } : undefined,
  );
  expect(await question?.look(target)).toEqual({
    held: true,
    seen: [
      '90 s after it was sent: delivered',
      '70 s after it was sent: delivered',
      '50 s after it was sent: delivered',
      '30 s after it was sent: not listed',
      '10 s after it was sent: not listed',
    ].join('; '),
  });
  expect(looks.map(({ authorization }) => authorization)).toEqual(Array(5).fill('Bearer for the trace'));
  expect(looks.map(({ filter }) => /-(\d)@contoso\.test>'$/.exec(filter)?.[1])).toEqual(['1', '3', '5', '7', '9']);
});

test.each([
  ['does not list the first', () => undefined, { held: false }],
  ['has a status of another name', () => ({ status: 'ana@example.com' }), { held: true }],
])('tells what it saw where the trace %s', async (_what, entry, wanted) => {
  const { target } = await traced(entry);
  const finding = await question?.look(target);
  expect(finding).toMatchObject(wanted);
  expect(JSON.stringify(finding)).not.toContain('@');
});

test('is not tried where the trace cannot be read', async () => {
  const { target } = await traced(() => undefined, 401);
  expect(await question?.look(target)).toBe('the trace answered 401 Unauthorized');
});

test('is not tried without an application that may read it, or when nothing was sent', async () => {
  const { target } = await serviceThat(() => ({ status: 202, body: '' }), sandbox);
  expect(await question?.look(target)).toMatch(/^needs an application/);
  const trace = { clientId: READER, certificate: sandbox.options.certificate };
  const { target: quiet } = await serviceThat(() => ({ status: 202, body: '' }), sandbox, { trace });
  expect(await question?.look(quiet)).toBe('nothing was sent before');
});
