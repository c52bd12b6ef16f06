import { deepEqual, equal } from 'node:assert/strict';
import { reports } from '../../../src/cli/live/common/probe.js';
import type { Sandbox } from '../../../src/sandbox/index.js';
import type { SandboxTopic } from '../case.js';

export const sendMail: SandboxTopic = {
  topic: 'sendMail with MIME',
  cases: [
    {
      behaviour: 'every recipient of To, Cc and Bcc gets a copy, and no copy has the Bcc',
      mark: 'documented',
      source: '[MS-OXCMAIL] §2.1.3.1.1.2',
      because: 'it needs the mail of every recipient',
      ask: async (target, sandbox) => {
        const headers = { To: 'ana@example.com', Cc: 'bob@example.com', Bcc: 'cleo@example.com' };
        const reply = await target.sendMail(target.mail('copies', headers));
        const [message] = await sandbox.messages({ subject: target.subject('copies') });
        deepEqual(
          message?.delivered.map(({ recipient, raw }) => [recipient, /^Bcc/im.test(raw.toString())]),
          [
            ['ana@example.com', false],
            ['bob@example.com', false],
            ['cleo@example.com', false],
          ],
        );
        return reply;
      },
      answer: { status: 202 },
    },
    {
      behaviour: 'the same Message-ID twice is two messages',
      mark: 'inferred',
      source: 'nothing is known of a removal of duplicates',
      because: 'it would send a duplicate',
      ask: async (target, sandbox) => {
        const mime = target.mail('twice');
        await target.sendMail(mime);
        const reply = await target.sendMail(mime);
        equal((await sandbox.messages({ subject: target.subject('twice') })).length, 2);
        return reply;
      },
      answer: { status: 202 },
    },
    {
      behaviour: 'a From that is not the mailbox is refused',
      mark: 'reported',
      source: reports.gitlab,
      because: 'reports of it differ: see the open questions',
      ask: (target) => target.sendMail(target.mail('from', { From: 'other@contoso.example' })),
      answer: { status: 403, code: 'ErrorSendAsDenied', message: /does not have the right to send mail on behalf/ },
    },
    {
      behaviour: 'a From that is not the mailbox is replaced by it',
      mark: 'reported',
      source: reports.emailEngine,
      because: 'reports of it differ: see the open questions',
      options: { fromMismatch: 'rewrite' },
      ask: async (target, sandbox) => {
        const reply = await target.sendMail(target.mail('from', { From: 'other@contoso.example' }));
        equal(await deliveredFrom(sandbox), target.settings.mailbox);
        return reply;
      },
      answer: { status: 202 },
    },
    {
      behaviour: 'a From that is not the mailbox is taken as it is',
      mark: 'reported',
      source: 'mguessan/davmail #362',
      because: 'reports of it differ: see the open questions',
      options: { fromMismatch: 'allow' },
      ask: async (target, sandbox) => {
        const reply = await target.sendMail(target.mail('from', { From: 'other@contoso.example' }));
        equal(await deliveredFrom(sandbox), 'other@contoso.example');
        return reply;
      },
      answer: { status: 202 },
    },
  ],
};

/** The From that recipients of the only message see. */
async function deliveredFrom(sandbox: Sandbox): Promise<string | undefined> {
  const [message] = await sandbox.messages();
  return /^From: (.*?)\r?$/m.exec(message?.delivered[0]?.raw.toString() ?? '')?.[1];
}
