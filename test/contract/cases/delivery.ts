import { equal, match } from 'node:assert/strict';
import type { Reply } from '../../../src/cli/live/common/plain-http.js';
import { docs } from '../../../src/cli/live/common/probe.js';
import type { Target } from '../../../src/cli/live/common/target.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import type { SandboxTopic } from '../case.js';

const because = 'it would send to addresses that nobody named';

/** Sends it and looks for the report in the sender's Inbox. */
async function sendAndReport(target: Target, sandbox: Sandbox, headers: Record<string, string>): Promise<Reply> {
  const reply = await target.sendMail(target.mail('bounce', headers));
  const { inbox } = sandbox.mailbox(target.settings.mailbox);
  equal(inbox.length, 1);
  match(inbox[0]?.raw.toString() ?? '', /^Content-Type: multipart\/report;[\s\S]*report-type=delivery-status/m);
  return reply;
}

export const delivery: SandboxTopic = {
  topic: 'what happens after 202',
  cases: [
    {
      behaviour: 'an address that nobody has is taken, and a report of non-delivery comes to the Inbox of the sender',
      mark: 'documented',
      source: docs.flow,
      because,
      options: { undeliverable: ['ana@example.com'] },
      ask: (target, sandbox) => sendAndReport(target, sandbox, {}),
      answer: { status: 202, empty: true },
    },
    {
      behaviour: 'more recipients than a message may have are taken, and reported',
      mark: 'documented',
      source: docs.flow,
      because,
      options: { recipientLimit: 1 },
      ask: (target, sandbox) => sendAndReport(target, sandbox, { Cc: 'bob@example.com' }),
      answer: { status: 202, empty: true },
    },
    {
      behaviour: 'more than 30 messages a minute are taken, and the rest waits for its turn',
      mark: 'documented',
      source: docs.exchangeLimits,
      because: 'it would send many mails',
      options: { messageRate: 1 },
      ask: async (target, sandbox) => {
        await target.sendMail(target.mail('first'));
        const reply = await target.sendMail(target.mail('second'));
        const { drafts, sentItems } = sandbox.mailbox(target.settings.mailbox);
        equal(sentItems.length, 1);
        equal(drafts.length, 1);
        return reply;
      },
      answer: { status: 202, empty: true },
    },
  ],
};
