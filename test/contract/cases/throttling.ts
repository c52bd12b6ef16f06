import type { Reply } from '../../../src/cli/live/common/plain-http.js';
import { docs, reports } from '../../../src/cli/live/common/probe.js';
import type { Target } from '../../../src/cli/live/common/target.js';
import type { SandboxTopic } from '../case.js';

const ANOTHER = 'sales@contoso.example';
const ONLY_SANDBOX = 'it would go over the limits of a real mailbox';

export const throttling: SandboxTopic = {
  topic: 'throttling',
  cases: [
    {
      behaviour: 'a fifth request at a time to one mailbox is refused',
      mark: 'documented',
      source: docs.throttling,
      because: ONLY_SANDBOX,
      options: { latency: 300 },
      ask: (target) => oneOfFive(target),
      answer: { status: 429, headers: { 'retry-after': /^\d+$/ } },
    },
    {
      behaviour: 'the words of that refusal',
      mark: 'reported',
      source: reports.captures,
      because: ONLY_SANDBOX,
      options: { latency: 300 },
      ask: (target) => oneOfFive(target),
      answer: {
        status: 429,
        code: 'ApplicationThrottled',
        message: 'Application is over its MailboxConcurrency limit.',
      },
    },
    {
      behaviour: 'Retry-After may have decimals',
      mark: 'documented',
      source: docs.throttling,
      because: ONLY_SANDBOX,
      options: { latency: 300, retryAfter: '2.128' },
      ask: (target) => oneOfFive(target),
      answer: { status: 429, headers: { 'retry-after': '2.128' } },
    },
    {
      behaviour: 'Retry-After may be absent',
      mark: 'documented',
      source: docs.throttling,
      because: ONLY_SANDBOX,
      options: { latency: 300, retryAfter: null },
      ask: (target) => oneOfFive(target),
      answer: { status: 429, headers: { 'retry-after': null } },
    },
    {
      behaviour: 'four at a time are all taken',
      mark: 'documented',
      source: docs.throttling,
      because: ONLY_SANDBOX,
      options: { latency: 100 },
      ask: async (target) => {
        const replies = await atOnce(target, 4);
        return replies.find(({ status }) => status !== 202) ?? (replies[0] as Reply);
      },
      answer: { status: 202 },
    },
    {
      behaviour: 'requests to another mailbox are counted by themselves',
      mark: 'documented',
      source: docs.throttling,
      because: ONLY_SANDBOX,
      options: { latency: 300, mailboxes: [ANOTHER] },
      ask: async (target) => {
        const sending = atOnce(target, 4);
        const token = await target.accessToken();
        const reply = await target.request(`/v1.0/users/${ANOTHER}/messages`, {
          headers: { authorization: `Bearer ${token}` },
        });
        const refused = (await sending).filter(({ status }) => status !== 202);
        if (refused.length > 0) throw new Error(`${refused.length} were refused`);
        return reply;
      },
      answer: { status: 200 },
    },
    {
      behaviour: 'requests over the limit of 10 minutes are refused',
      mark: 'documented',
      source: docs.throttling,
      because: ONLY_SANDBOX,
      options: { requestLimit: 2 },
      ask: async (target) => {
        for (const about of ['one', 'two']) await target.sendMail(target.mail(about));
        return target.sendMail(target.mail('three'));
      },
      answer: { status: 429, code: 'ApplicationThrottled', headers: { 'retry-after': /^\d+$/ } },
    },
    {
      behaviour: 'uploads over the limit of 5 minutes are refused',
      mark: 'documented',
      source: docs.throttling,
      because: ONLY_SANDBOX,
      options: { uploadLimit: 1000 },
      ask: async (target) => {
        await target.sendMail(target.mail('one'));
        return target.sendMail(target.mail('two', {}, 'x'.repeat(1000)));
      },
      answer: { status: 429, code: 'ApplicationThrottled', headers: { 'retry-after': /^\d+$/ } },
    },
    {
      behaviour: 'the general refusal has an inner error',
      mark: 'documented',
      source: docs.throttling,
      because: 'it needs a fault',
      ask: (target, sandbox) => {
        sandbox.fault({ on: 'sendMail', status: 429, headers: { 'Retry-After': '10' } });
        return target.sendMail(target.mail('throttled'));
      },
      answer: {
        status: 429,
        code: 'TooManyRequests',
        headers: { 'retry-after': '10' },
        json: { error: { innerError: { 'request-id': /^\S+$/ } } },
      },
    },
    {
      behaviour: 'a 504 may come for a message that was taken',
      mark: 'reported',
      source: 'Microsoft Q&A 2286986',
      because: 'it needs a fault',
      ask: async (target, sandbox) => {
        sandbox.fault({ on: 'sendMail', status: 504, delivered: true });
        const reply = await target.sendMail(target.mail('taken'));
        const found = await sandbox.messages({ subject: target.subject('taken') });
        if (found.length !== 1) throw new Error('it was not taken');
        return reply;
      },
      answer: { status: 504 },
    },
  ],
};

async function atOnce(target: Target, count: number): Promise<Reply[]> {
  await target.accessToken();
  return Promise.all(Array.from({ length: count }, () => target.sendMail(target.mail('at once'))));
}

/** The one that was refused. */
async function oneOfFive(target: Target): Promise<Reply> {
  const refused = (await atOnce(target, 5)).filter(({ status }) => status !== 202);
  const [only] = refused;
  if (refused.length !== 1 || !only) throw new Error(`${refused.length} were refused`);
  return only;
}
