import { until } from '../common/folders.js';
import type { Reply } from '../common/plain-http.js';
import { ProbeFailure, type Topic } from '../common/probe.js';
import { docs, reports } from '../common/sources.js';
import type { Target } from '../common/target.js';

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
