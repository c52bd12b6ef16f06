import type { Reply } from '../../../src/cli/live/common/plain-http.js';
import { docs, guess, reports } from '../../../src/cli/live/common/probe.js';
import type { Target } from '../../../src/cli/live/common/target.js';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/index.js';
import type { SandboxCase, SandboxTopic } from '../case.js';
import { OTHER_APPLICATION, otherApplication, tokenOfOther } from '../other-application.js';

const PATH = '/v1.0/admin/exchange/tracing/messageTraces';
const because = 'it needs an application that may search message trace';
const ROLE = 'ExchangeMessageTrace.Read.All';
const DAY = 86_400_000;
const options = (more: SandboxOptions = {}): SandboxOptions => ({
  ...otherApplication([ROLE]),
  messageTracePrincipal: true,
  ...more,
});

const list = async (target: Target, query: Record<string, string> = {}, token?: string): Promise<Reply> => {
  const headers = { authorization: `Bearer ${token ?? (await tokenOfOther(target))}` };
  return target.request(`${PATH}?${new URLSearchParams(query)}`, { headers });
};

const time = (ago: number): string => `${new Date(Date.now() - ago).toISOString().slice(0, 19)}Z`;
const period = (begin: number, end: number): string =>
  `receivedDateTime ge ${time(begin)} and receivedDateTime le ${time(end)}`;

async function sendOne(target: Target, about: string, to: string): Promise<string> {
  const messageId = target.messageId();
  const { status, text } = await target.sendMail(target.mail(about, { To: to, 'Message-ID': messageId }));
  if (status !== 202) throw new Error(text);
  return messageId;
}

const refused = (behaviour: string, $filter: string | undefined, more: Record<string, string> = {}): SandboxCase => ({
  behaviour,
  mark: 'documented',
  source: `${docs.messageTraces}; code and text ${guess}`,
  because,
  options: options(),
  ask: (target) => list(target, { ...($filter !== undefined && { $filter }), ...more }),
  answer: { status: 400, code: 'BadRequest' },
});

export const messageTrace: SandboxTopic = {
  topic: 'message trace',
  cases: [
    {
      behaviour: 'each entry is one message and recipient, with the Message-ID of the upload in angle brackets',
      mark: 'documented',
      source: docs.messageTraces,
      because,
      options: options(),
      ask: async (target) => {
        await sendOne(target, 'traced', 'ana@example.com, bob@example.com');
        return list(target, { $filter: `senderAddress eq '${target.settings.mailbox}' and ${period(DAY, 0)}` });
      },
      answer: {
        status: 200,
        json: {
          '@odata.context': /\/v1\.0\/\$metadata#admin\/exchange\/tracing\/messageTraces$/,
          value: [/./, /./].map(() => ({
            id: /^[0-9a-f-]{36}$/,
            messageId: /^<contract-.*>$/,
            senderAddress: /@/,
            recipientAddress: /^(?:ana|bob)@example\.com$/,
            receivedDateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
            subject: /traced$/,
            status: 'delivered',
          })),
        },
      },
    },
    {
      behaviour: 'what could not be delivered is failed',
      mark: 'documented',
      source: docs.messageTraces,
      because,
      options: options({ undeliverable: ['ana@example.com'] }),
      ask: async (target) => {
        const messageId = await sendOne(target, 'bounced', 'ana@example.com');
        return list(target, { $filter: `messageId eq '${messageId}' and ${period(DAY, 0)}` });
      },
      answer: { status: 200, json: { value: [{ status: 'failed' }] } },
    },
    {
      behaviour: 'a message is there only some time after it was taken',
      mark: 'documented',
      source: docs.messageTraces,
      because,
      options: options({ messageTraceDelay: 3_600_000 }),
      ask: async (target) => {
        await sendOne(target, 'late', 'ana@example.com');
        return list(target);
      },
      answer: { status: 200, json: { value: [] } },
    },
    {
      behaviour: 'the next page is behind the whole link, newest first',
      mark: 'documented',
      source: `${docs.messageTraces}; the order is reported (${reports.traceReport})`,
      because,
      options: options(),
      ask: async (target) => {
        for (const name of ['one', 'two', 'three']) await sendOne(target, name, 'ana@example.com');
        const first = await list(target, { $top: '2' });
        const headers = { authorization: `Bearer ${await tokenOfOther(target)}` };
        return target.request(first.json['@odata.nextLink'], { headers });
      },
      answer: { status: 200, json: { value: [{ subject: /one$/ }] } },
    },
    refused('a period of more than ten days is refused', period(11 * DAY, 0)),
    refused('a period that begins more than 90 days ago is refused', period(91 * DAY, 85 * DAY)),
    refused('a period that ends in the future is refused', period(DAY, -DAY)),
    refused('a period needs both its ends', `receivedDateTime ge ${time(DAY)}`),
    refused('a page has 5,000 entries at most', undefined, { $top: '5001' }),
    {
      behaviour: 'a tenant without the service principal is answered 401 with its application id',
      mark: 'reported',
      source: reports.traceAnswer,
      because,
      options: options({ messageTracePrincipal: false }),
      ask: (target) => list(target),
      answer: { status: 401, code: 'Unauthorized', message: /8bd644d1-64a1-4d4b-ae52-2e0cbf64e373 was not found/ },
    },
    {
      behaviour: 'the service principal takes effect some time after it was made',
      mark: 'documented',
      source: docs.messageTraceResource,
      because,
      options: options({ messageTracePrincipal: false, propagationDelay: 3_600_000 }),
      ask: (target, sandbox: Sandbox) => {
        sandbox.tenant.update({ messageTracePrincipal: true });
        return list(target);
      },
      answer: { status: 401, code: 'Unauthorized' },
    },
    {
      behaviour: 'an application without the permission is refused',
      mark: 'inferred',
      source: guess,
      because,
      options: options({
        apps: [{ clientId: OTHER_APPLICATION, certificates: [], secrets: ['s'], roles: ['Mail.Send'] }],
      }),
      ask: (target) => list(target),
      answer: { status: 403 },
    },
    {
      behaviour: 'more than 100 requests of the tenant in five minutes are answered 429',
      mark: 'documented',
      source: `${docs.throttling}; the text is reported (${reports.traceReport})`,
      because,
      options: options(),
      ask: async (target) => {
        const token = await tokenOfOther(target);
        for (let n = 0; n < 100; n++) await list(target, {}, token);
        return list(target, {}, token);
      },
      answer: { status: 429, code: 'TooManyRequests', headers: { 'retry-after': /^\d+$/ } },
    },
  ],
};
