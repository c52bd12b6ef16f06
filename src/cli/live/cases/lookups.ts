import { ProbeFailure } from '../common/exchange.js';
import { byMessageId, itemInSentItems } from '../common/folders.js';
import { docs, type Topic } from '../common/probe.js';
import { messagePath } from '../common/target.js';

export const lookups: Topic = {
  topic: 'lookups',
  cases: [
    {
      id: 'lookups.1',
      facts: ['header-1', 'lookup-1'],
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
      id: 'lookups.2',
      facts: ['lookup-1'],
      behaviour: 'a Message-ID that nothing has is answered with an empty list',
      mark: 'documented',
      source: docs.listMessages,
      needs: ['Mail.Read'],
      ask: (target) =>
        target.graph('GET', `/mailFolders/sentitems/messages?${byMessageId(target.messageId())}&$select=id`),
      answer: { status: 200, json: { value: [] } },
    },
    {
      id: 'lookups.3',
      facts: ['lookup-1'],
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
      id: 'lookups.4',
      facts: ['lookup-4'],
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
      id: 'lookups.5',
      facts: ['lookup-5'],
      behaviour: '$value is the MIME as text/plain',
      mark: 'documented',
      source: docs.mimeContent,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('MIME'));
        const reply = await target.graph('GET', `${messagePath(json.id)}/$value`);
        if (!/^Subject: .*MIME\r?$/m.test(reply.text)) throw new ProbeFailure('the subject is not in it');
        return reply;
      },
      answer: { status: 200, headers: { 'content-type': /^text\/plain/ } },
    },
  ],
};
