import { equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { ProbeFailure } from '../common/exchange.js';
import { itemInSentItems, until } from '../common/folders.js';
import type { Reply } from '../common/plain-http.js';
import { docs, reports, type Topic } from '../common/probe.js';
import type { Target } from '../common/target.js';

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
        target.request(`/v1.0/users/${encodeURIComponent(target.settings.mailbox.toUpperCase())}/sendMail`, {
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
        const headers = { 'Message-ID': messageId, Bcc: target.settings.to.at(-1) ?? '' };
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

export const jsonSendMail: Topic = {
  topic: 'sendMail with JSON',
  cases: [
    {
      id: 'json-send-mail.1',
      facts: ['send-21'],
      behaviour: 'a message is accepted with 202 and an empty body',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send'],
      ask: (target) => send(target, message(target, 'JSON')),
      answer: { status: 202, empty: true },
    },
    {
      id: 'json-send-mail.2',
      facts: ['send-21'],
      behaviour: 'an attachment may be in it',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send'],
      ask: (target) => {
        const attachment = {
          '@odata.type': '#microsoft.graph.fileAttachment',
          name: 'hello.txt',
          contentType: 'text/plain',
          contentBytes: 'aGVsbG8=',
        };
        return send(target, { ...message(target, 'JSON with attachment'), attachments: [attachment] });
      },
      answer: { status: 202, empty: true },
    },
    {
      id: 'json-send-mail.3',
      facts: ['send-19'],
      behaviour: 'the message lands in Sent Items, unless saveToSentItems is false',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send', 'Mail.Read'],
      ask: async (target) => {
        await send(target, message(target, 'not kept'), false);
        await send(target, message(target, 'kept by JSON'));
        const sentItems = () => target.graph('GET', '/mailFolders/sentitems/messages?$top=10&$select=subject');
        const has = ({ text }: Reply, about: string) => text.includes(target.subject(about));
        await until(target, sentItems, (reply) => has(reply, 'kept by JSON'));
        // The other one went out first; it would be there by now.
        await target.settle();
        const reply = await sentItems();
        if (!has(reply, 'kept by JSON')) throw new ProbeFailure('neither is in Sent Items');
        if (has(reply, 'not kept')) throw new ProbeFailure('both are in Sent Items');
        return reply;
      },
      answer: { status: 200 },
    },
    {
      id: 'json-send-mail.4',
      facts: ['send-21'],
      behaviour: 'up to five headers may be given, whose names begin with x-',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send'],
      ask: (target) => send(target, withHeaders(target, ['x-contract-test'])),
      answer: { status: 202 },
    },
    {
      id: 'json-send-mail.5',
      facts: ['send-21'],
      behaviour: 'six headers are refused',
      mark: 'reported',
      source: reports.customHeaders,
      needs: ['Mail.Send'],
      ask: (target) => send(target, withHeaders(target, ['x-a', 'x-b', 'x-c', 'x-d', 'x-e', 'x-f'])),
      answer: { status: 400, code: 'InvalidInternetMessageHeaderCollection' },
    },
    {
      id: 'json-send-mail.6',
      facts: ['send-21'],
      behaviour: 'a header that does not begin with x- is refused',
      mark: 'reported',
      source: reports.customHeaders,
      needs: ['Mail.Send'],
      ask: (target) => send(target, withHeaders(target, ['List-Unsubscribe'])),
      answer: { status: 400, code: 'InvalidInternetMessageHeader' },
    },
    {
      id: 'json-send-mail.7',
      facts: ['send-12'],
      behaviour: 'a message without recipients is refused',
      mark: 'reported',
      source: reports.noRecipients,
      needs: ['Mail.Send'],
      ask: (target) => send(target, { ...message(target, 'nobody'), toRecipients: [] }, false),
      answer: { status: 400, code: 'ErrorInvalidRecipients', message: /contains no recipients/ },
    },
    {
      id: 'json-send-mail.8',
      facts: ['send-22'],
      behaviour: 'a body without a message is refused',
      mark: 'reported',
      source: reports.captures,
      needs: ['Mail.Send'],
      ask: (target) => target.graph('POST', '/sendMail', { json: { saveToSentItems: false } }),
      answer: { status: 400, code: 'ErrorInvalidParameter', message: "The value of the parameter 'Message' is empty." },
    },
    {
      id: 'json-send-mail.9',
      facts: ['send-22'],
      behaviour: 'a body that is no JSON is refused',
      mark: 'reported',
      source: reports.captures,
      needs: ['Mail.Send'],
      ask: (target) =>
        target.graph('POST', '/sendMail', { body: '{"message":', headers: { 'content-type': 'application/json' } }),
      answer: { status: 400, code: 'BadRequest', message: /^Unable to read JSON request payload/ },
    },
  ],
};

function send(target: Target, message: object, saveToSentItems?: boolean): Promise<Reply> {
  return target.graph('POST', '/sendMail', { json: { message, saveToSentItems } });
}

function message(target: Target, about: string): object {
  return {
    subject: target.subject(about),
    body: { contentType: 'Text', content: 'Sent by a contract test.' },
    toRecipients: [{ emailAddress: { address: target.recipient } }],
  };
}

function withHeaders(target: Target, names: string[]): object {
  const internetMessageHeaders = names.map((name) => ({ name, value: 'contract test' }));
  return { ...message(target, 'JSON headers'), internetMessageHeaders };
}
