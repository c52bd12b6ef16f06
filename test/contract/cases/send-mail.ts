import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Sandbox } from '../../../src/sandbox/index.js';
import type { Topic } from '../case.js';
import { itemInSentItems } from '../folders.js';
import { docs, reports } from '../sources.js';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CLIENT_REQUEST_ID = randomUUID();

export const sendMail: Topic = {
  topic: 'sendMail with MIME',
  cases: [
    {
      behaviour: 'a message in base64 is accepted with 202 and an empty body',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('accepted')),
      answer: { status: 202, empty: true },
    },
    {
      behaviour: 'the answer has a request-id, which is the client-request-id when the caller sent none',
      mark: 'reported',
      source: reports.liveHeaders,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('ids')),
      answer: { status: 202, headers: { 'request-id': GUID, 'client-request-id': GUID, 'content-length': '0' } },
      also: async (_target, { headers }) => equal(headers['client-request-id'], headers['request-id']),
    },
    {
      behaviour: 'the client-request-id of the caller comes back',
      mark: 'documented',
      source: docs.errors,
      needs: ['Mail.Send'],
      ask: (target) =>
        target.sendMail(target.mail('client-request-id'), { headers: { 'client-request-id': CLIENT_REQUEST_ID } }),
      answer: { status: 202, headers: { 'client-request-id': CLIENT_REQUEST_ID } },
    },
    {
      behaviour: 'base64 in lines of 76, of a message with bare LF, is accepted as in the example of the documentation',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send'],
      ask: (target) => {
        const mime = target.mail('wrapped, bare LF').replaceAll('\r\n', '\n');
        return target.sendMail('', { body: wrapped(mime, 76, '\r\n') });
      },
      answer: { status: 202, empty: true },
    },
    {
      behaviour: 'base64 in lines of 60 that end in LF is accepted',
      mark: 'reported',
      source: reports.gitlab,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail('', { body: wrapped(target.mail('lines of 60'), 60, '\n') }),
      answer: { status: 202, empty: true },
    },
    {
      behaviour: 'a message with Bcc alone is accepted',
      mark: 'reported',
      source: reports.smtp2graph,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('Bcc alone', { To: '', Bcc: target.recipient })),
      answer: { status: 202, empty: true },
    },
    {
      behaviour: 'the user principal name counts in any letter case',
      mark: 'inferred',
      source: docs.sendMail,
      needs: ['Mail.Send'],
      ask: async (target) =>
        target.request(`/v1.0/users/${encodeURIComponent(target.place.mailbox.toUpperCase())}/sendMail`, {
          method: 'POST',
          headers: { authorization: `Bearer ${await target.accessToken()}`, 'content-type': 'text/plain' },
          body: Buffer.from(target.mail('upper case')).toString('base64'),
        }),
      answer: { status: 202, empty: true },
    },
    {
      behaviour: 'the Message-ID is kept, and the copy in Sent Items keeps the Bcc',
      mark: 'reported',
      source: reports.smtp2graph,
      needs: ['Mail.Send', 'Mail.Read'],
      ask: async (target) => {
        const messageId = target.messageId();
        const headers = { 'Message-ID': messageId, Bcc: target.place.to.at(-1) ?? '' };
        const reply = await target.sendMail(target.mail('kept', headers));
        return reply.status === 202 ? itemInSentItems(target, messageId, 'internetMessageId,bccRecipients') : reply;
      },
      answer: {
        status: 200,
        json: {
          value: (found: { internetMessageId: string; bccRecipients: unknown[] }[]) =>
            found.length === 1 && found[0]?.bccRecipients.length === 1,
        },
      },
    },
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
        equal(await deliveredFrom(sandbox), target.place.mailbox);
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

/** Base64 in lines. */
function wrapped(mime: string, width: number, end: string): string {
  const lines =
    Buffer.from(mime)
      .toString('base64')
      .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
  return lines.join(end) + end;
}
