import type { Topic } from '../case.js';
import { until } from '../folders.js';
import type { Reply } from '../plain-http.js';
import { docs, reports } from '../sources.js';
import type { Target } from '../target.js';

export const jsonSendMail: Topic = {
  topic: 'sendMail with JSON',
  cases: [
    {
      behaviour: 'a message is accepted with 202 and an empty body',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send'],
      ask: (target) => send(target, message(target, 'JSON')),
      answer: { status: 202, empty: true },
    },
    {
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
      behaviour: 'the message lands in Sent Items, unless saveToSentItems is false',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send', 'Mail.Read'],
      ask: async (target) => {
        await send(target, message(target, 'not kept'), false);
        await send(target, message(target, 'kept by JSON'));
        const sentItems = () => target.graph('GET', '/mailFolders/sentitems/messages?$top=10&$select=subject');
        const has = ({ text }: Reply, about: string) => text.includes(target.subject(about));
        await until(sentItems, (reply) => has(reply, 'kept by JSON'));
        // The other one went out first; it would be there by now.
        await target.settle();
        const reply = await sentItems();
        if (!has(reply, 'kept by JSON')) throw new Error('neither is in Sent Items');
        if (has(reply, 'not kept')) throw new Error('both are in Sent Items');
        return reply;
      },
      answer: { status: 200 },
    },
    {
      behaviour: 'up to five headers may be given, whose names begin with x-',
      mark: 'documented',
      source: docs.sendMail,
      needs: ['Mail.Send'],
      ask: (target) => send(target, withHeaders(target, ['x-contract-test'])),
      answer: { status: 202 },
    },
    {
      behaviour: 'six headers are refused',
      mark: 'reported',
      source: reports.customHeaders,
      needs: ['Mail.Send'],
      ask: (target) => send(target, withHeaders(target, ['x-a', 'x-b', 'x-c', 'x-d', 'x-e', 'x-f'])),
      answer: { status: 400, code: 'InvalidInternetMessageHeaderCollection' },
    },
    {
      behaviour: 'a header that does not begin with x- is refused',
      mark: 'reported',
      source: reports.customHeaders,
      needs: ['Mail.Send'],
      ask: (target) => send(target, withHeaders(target, ['List-Unsubscribe'])),
      answer: { status: 400, code: 'InvalidInternetMessageHeader' },
    },
    {
      behaviour: 'a message without recipients is refused',
      mark: 'reported',
      source: reports.noRecipients,
      needs: ['Mail.Send'],
      ask: (target) => send(target, { ...message(target, 'nobody'), toRecipients: [] }, false),
      answer: { status: 400, code: 'ErrorInvalidRecipients', message: /contains no recipients/ },
    },
    {
      behaviour: 'a body without a message is refused',
      mark: 'reported',
      source: reports.captures,
      needs: ['Mail.Send'],
      ask: (target) => target.graph('POST', '/sendMail', { json: { saveToSentItems: false } }),
      answer: { status: 400, code: 'ErrorInvalidParameter', message: "The value of the parameter 'Message' is empty." },
    },
    {
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
