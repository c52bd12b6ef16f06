import { equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { itemInSentItems } from '../common/folders.js';
import type { Topic } from '../common/probe.js';
import { docs, reports } from '../common/sources.js';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CLIENT_REQUEST_ID = randomUUID();

export const sendMail: Topic = {
  topic: 'sendMail with MIME',
  cases: [
    {
      id: 'send-mail.1',
      facts: ['send-1', 'send-5'],
      behaviour: 'a message in base64 is accepted with 202 and an empty body',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('accepted')),
      answer: { status: 202, empty: true },
    },
    {
      id: 'send-mail.2',
      facts: ['send-7'],
      behaviour: 'the answer has a request-id, which is the client-request-id when the caller sent none',
      mark: 'reported',
      source: reports.liveHeaders,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('ids')),
      answer: { status: 202, headers: { 'request-id': GUID, 'client-request-id': GUID, 'content-length': '0' } },
      also: async (_target, { headers }) => equal(headers['client-request-id'], headers['request-id']),
    },
    {
      id: 'send-mail.3',
      facts: ['send-8'],
      behaviour: 'the client-request-id of the caller comes back',
      mark: 'documented',
      source: docs.errors,
      needs: ['Mail.Send'],
      ask: (target) =>
        target.sendMail(target.mail('client-request-id'), { headers: { 'client-request-id': CLIENT_REQUEST_ID } }),
      answer: { status: 202, headers: { 'client-request-id': CLIENT_REQUEST_ID } },
    },
    {
      id: 'send-mail.4',
      facts: ['send-3'],
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
      id: 'send-mail.5',
      facts: ['send-3'],
      behaviour: 'base64 in lines of 60 that end in LF is accepted',
      mark: 'reported',
      source: reports.gitlab,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail('', { body: wrapped(target.mail('lines of 60'), 60, '\n') }),
      answer: { status: 202, empty: true },
    },
    {
      id: 'send-mail.6',
      facts: ['send-10', 'send-11'],
      behaviour: 'a message with Bcc alone is accepted',
      mark: 'reported',
      source: reports.smtp2graph,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('Bcc alone', { To: '', Bcc: target.recipient })),
      answer: { status: 202, empty: true },
    },
    {
      id: 'send-mail.7',
      facts: ['send-9'],
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
      id: 'send-mail.8',
      facts: ['send-11', 'header-1'],
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
  ],
};

/** Base64 in lines. */
function wrapped(mime: string, width: number, end: string): string {
  const lines =
    Buffer.from(mime)
      .toString('base64')
      .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
  return lines.join(end) + end;
}
