import { byMessageId } from '../../../src/cli/live/common/folders.js';
import { docs } from '../../../src/cli/live/common/probe.js';
import type { SandboxTopic } from '../case.js';
import { otherApplication, tokenOfOther } from '../other-application.js';

export const lookups: SandboxTopic = {
  topic: 'lookups',
  cases: [
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
