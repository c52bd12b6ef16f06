import { ProbeFailure } from '../common/exchange.js';
import { goneItem, itemInFolder, itemInSentItems, until } from '../common/folders.js';
import { docs, guess, reports, type Topic } from '../common/probe.js';
import { messagePath } from '../common/target.js';

const NOT_FOUND = {
  status: 404,
  code: 'ErrorItemNotFound',
  message: 'The specified object was not found in the store.',
} as const;

export const drafts: Topic = {
  topic: 'drafts',
  cases: [
    {
      id: 'drafts.1',
      facts: ['draft-1'],
      behaviour: 'MIME makes a draft, which is answered with 201 and its resource',
      mark: 'documented',
      source: docs.createMessage,
      needs: ['Mail.ReadWrite'],
      ask: (target) => target.draft(target.mail('draft')),
      answer: {
        status: 201,
        headers: { 'content-type': /^application\/json/ },
        json: {
          '@odata.context': /^https:.*\$metadata#users\(.*\)\/messages\/\$entity$/,
          id: /^\S+$/,
          isDraft: true,
          hasAttachments: false,
          subject: /draft$/,
          internetMessageId: /^<.*>$/,
          toRecipients: (all: unknown[]) => all.length === 1,
        },
      },
    },
    {
      id: 'drafts.2',
      facts: ['draft-2'],
      behaviour: 'the Message-ID of the upload is the internetMessageId of the draft',
      mark: 'reported',
      source: reports.smtp2graph,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const messageId = target.messageId();
        const reply = await target.draft(target.mail('draft', { 'Message-ID': messageId }));
        if (reply.json.internetMessageId !== messageId) throw new ProbeFailure('it is another');
        return reply;
      },
      answer: { status: 201 },
    },
    {
      id: 'drafts.3',
      facts: ['draft-1'],
      behaviour: 'JSON makes a draft',
      mark: 'documented',
      source: docs.createMessage,
      needs: ['Mail.ReadWrite'],
      ask: (target) =>
        target.graph('POST', '/messages', {
          json: { subject: target.subject('JSON draft'), body: { contentType: 'HTML', content: '<p>Hi</p>' } },
        }),
      answer: { status: 201, json: { isDraft: true, subject: /JSON draft$/, toRecipients: [] } },
    },
    {
      id: 'drafts.4',
      facts: ['send-4'],
      behaviour: 'a draft of what is not base64 is refused',
      mark: 'documented',
      source: docs.createMessage,
      needs: ['Mail.ReadWrite'],
      ask: (target) =>
        target.graph('POST', '/messages', { body: '*no base64*', headers: { 'content-type': 'text/plain' } }),
      answer: { status: 400, code: 'ErrorMimeContentInvalidBase64String' },
    },
    {
      id: 'drafts.5',
      facts: ['draft-9'],
      behaviour: 'a folder takes no MIME',
      mark: 'reported',
      source: reports.davmail,
      needs: ['Mail.ReadWrite'],
      ask: (target) => target.graph('POST', '/mailFolders/drafts/messages', { mime: target.mail('in a folder') }),
      answer: { status: 400, code: 'UnableToDeserializePostBody' },
    },
    {
      id: 'drafts.6',
      facts: ['draft-10'],
      behaviour: 'a draft can be changed',
      mark: 'documented',
      source: docs.updateMessage,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('before'));
        return target.graph('PATCH', messagePath(json.id), { json: { subject: target.subject('after') } });
      },
      answer: { status: 200, json: { isDraft: true, subject: /after$/ } },
    },
    {
      id: 'drafts.7',
      facts: ['draft-3'],
      behaviour: 'a draft is sent with 202 and an empty body',
      mark: 'documented',
      source: docs.messageSend,
      needs: ['Mail.ReadWrite', 'Mail.Send'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('sent draft'));
        return target.graph('POST', `${messagePath(json.id)}/send`);
      },
      answer: { status: 202, empty: true },
    },
    {
      id: 'drafts.8',
      facts: ['draft-4'],
      behaviour: 'what was sent is under its old id no more',
      mark: 'documented',
      source: docs.immutableIds,
      needs: ['Mail.ReadWrite', 'Mail.Send'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('gone draft'));
        await target.graph('POST', `${messagePath(json.id)}/send`);
        return goneItem(target, json.id);
      },
      answer: NOT_FOUND,
    },
    {
      id: 'drafts.9',
      facts: ['draft-2'],
      behaviour: 'the copy in Sent Items has the Message-ID of the draft',
      mark: 'reported',
      source: 'OfficeDev/office-js #2659',
      needs: ['Mail.ReadWrite', 'Mail.Send'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('kept Message-ID'));
        await target.graph('POST', `${messagePath(json.id)}/send`);
        return itemInSentItems(target, json.internetMessageId);
      },
      answer: { status: 200, json: { value: (found: unknown[]) => found.length === 1 } },
    },
    {
      id: 'drafts.10',
      facts: ['draft-7'],
      behaviour: 'a draft without recipients is not sent',
      mark: 'inferred',
      source: guess,
      needs: ['Mail.ReadWrite', 'Mail.Send'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('to nobody', { To: '' }));
        return target.graph('POST', `${messagePath(json.id)}/send`);
      },
      answer: { status: 400, code: 'ErrorInvalidRecipients' },
    },
    {
      id: 'drafts.11',
      facts: ['draft-8'],
      behaviour: 'a draft is deleted with 204',
      mark: 'documented',
      source: docs.deleteMessage,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('deleted'));
        return target.graph('DELETE', messagePath(json.id));
      },
      answer: { status: 204, empty: true },
    },
    {
      id: 'drafts.12',
      facts: ['draft-8'],
      behaviour: 'a deleted draft is not found under its id',
      mark: 'documented',
      source: docs.immutableIds,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('deleted'));
        await target.graph('DELETE', messagePath(json.id));
        return goneItem(target, json.id);
      },
      answer: NOT_FOUND,
    },
    {
      id: 'drafts.13',
      facts: ['draft-8'],
      behaviour: 'a deleted draft lies in Deleted Items',
      mark: 'inferred',
      source: docs.deleteMessage,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('in Deleted Items'));
        await target.graph('DELETE', messagePath(json.id));
        return itemInFolder(target, 'deleteditems', json.internetMessageId, 'internetMessageId');
      },
      answer: { status: 200, json: { value: (found: unknown[]) => found.length === 1 } },
    },
  ],
};

const headers = { prefer: 'IdType="ImmutableId"' };

export const immutableIds: Topic = {
  topic: 'immutable ids',
  cases: [
    {
      id: 'immutable-ids.1',
      facts: ['draft-6'],
      behaviour: 'sendMail takes the preference and confirms it',
      mark: 'reported',
      source: reports.liveHeaders,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('preference'), { headers }),
      answer: { status: 202, headers: { 'preference-applied': /IdType="?ImmutableId"?/ } },
    },
    {
      id: 'immutable-ids.2',
      facts: ['draft-6'],
      behaviour: 'a draft has another id with the preference than without',
      mark: 'documented',
      source: docs.immutableIds,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('two ids'));
        const reply = await target.graph('GET', `${messagePath(json.id)}?$select=id`, { headers });
        if (reply.json.id === json.id) throw new ProbeFailure('the two ids are the same');
        return reply;
      },
      answer: { status: 200, headers: { 'preference-applied': /ImmutableId/ } },
    },
    {
      id: 'immutable-ids.3',
      facts: ['draft-6'],
      behaviour: 'the immutable id stays when the draft is sent',
      mark: 'documented',
      source: docs.immutableIds,
      needs: ['Mail.ReadWrite', 'Mail.Send'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('same id'), { headers });
        await target.graph('POST', `${messagePath(json.id)}/send`, { headers });
        return until(
          target,
          () => target.graph('GET', `${messagePath(json.id)}?$select=id,isDraft`, { headers }),
          (reply) => reply.json?.isDraft === false,
        );
      },
      answer: { status: 200, json: { isDraft: false } },
    },
  ],
};
