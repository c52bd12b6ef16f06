import type { Topic } from '../case.js';
import { byMessageId, itemInSentItems } from '../folders.js';
import { otherApplication, tokenOfOther } from '../other-application.js';
import { docs } from '../sources.js';
import { messagePath } from '../target.js';

export const lookups: Topic = {
  topic: 'lookups',
  cases: [
    {
      behaviour: 'what was sent is found in Sent Items by its Message-ID',
      mark: 'documented',
      source: docs.listMessages,
      needs: ['Mail.Send', 'Mail.Read'],
      ask: async (target) => {
        const messageId = target.messageId();
        await target.sendMail(target.mail('lookup', { 'Message-ID': messageId }));
        return itemInSentItems(target, messageId, 'id,internetMessageId');
      },
      answer: {
        status: 200,
        json: {
          '@odata.context': /^https:.*messages\(id,internetMessageId\)$/,
          value: [{ id: /^\S+$/, internetMessageId: /^<contract-/, subject: (none: unknown) => none === undefined }],
        },
      },
    },
    {
      behaviour: 'a Message-ID that nothing has is answered with an empty list',
      mark: 'documented',
      source: docs.listMessages,
      needs: ['Mail.Read'],
      ask: (target) =>
        target.graph('GET', `/mailFolders/sentitems/messages?${byMessageId(target.messageId())}&$select=id`),
      answer: { status: 200, json: { value: [] } },
    },
    {
      behaviour: 'the Message-ID is looked for in all folders as well',
      mark: 'documented',
      source: docs.listMessages,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('all folders'));
        return target.graph('GET', `/messages?${byMessageId(json.internetMessageId)}&$select=isDraft`);
      },
      answer: { status: 200, json: { value: [{ isDraft: true }] } },
    },
    {
      behaviour: 'a message is read by its id',
      mark: 'documented',
      source: docs.getMessage,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('by id'));
        return target.graph('GET', `${messagePath(json.id)}?$select=subject`);
      },
      answer: {
        status: 200,
        json: { subject: /by id$/, body: (none: unknown) => none === undefined, id: /^\S+$/ },
      },
    },
    {
      behaviour: '$value is the MIME as text/plain',
      mark: 'documented',
      source: docs.mimeContent,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('MIME'));
        const reply = await target.graph('GET', `${messagePath(json.id)}/$value`);
        if (!/^Subject: .*MIME\r?$/m.test(reply.text)) throw new Error(reply.text.slice(0, 300));
        return reply;
      },
      answer: { status: 200, headers: { 'content-type': /^text\/plain/ } },
    },
    {
      behaviour: 'an application with Mail.Send alone reads nothing',
      mark: 'documented',
      source: docs.permissions,
      because: 'it needs another application',
      options: otherApplication(['Mail.Send']),
      ask: async (target) =>
        target.graph('GET', '/mailFolders/sentitems/messages', { token: await tokenOfOther(target) }),
      answer: { status: 403, code: 'ErrorAccessDenied' },
    },
    {
      behaviour: 'while a message is on its way it lies in Drafts and not in Sent Items',
      mark: 'documented',
      source: docs.flow,
      because: 'it needs a slow transport',
      options: { sentItemsDelay: 60_000 },
      ask: async (target) => {
        const messageId = target.messageId();
        await target.sendMail(target.mail('on its way', { 'Message-ID': messageId }));
        const sent = await target.graph('GET', `/mailFolders/sentitems/messages?${byMessageId(messageId)}`);
        if (sent.json.value.length > 0) throw new Error('it is in Sent Items');
        return target.graph('GET', `/mailFolders/drafts/messages?${byMessageId(messageId)}&$select=id`);
      },
      answer: { status: 200, json: { value: [{ id: /^\S+$/ }] } },
    },
  ],
};
