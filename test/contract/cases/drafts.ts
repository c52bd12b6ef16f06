import { docs } from '../../../src/cli/live/common/probe.js';
import { messagePath } from '../../../src/cli/live/common/target.js';
import type { SandboxTopic } from '../case.js';
import { otherApplication, tokenOfOther } from '../other-application.js';

export const drafts: SandboxTopic = {
  topic: 'drafts',
  cases: [
    {
      behaviour: 'an application with Mail.Send alone deletes nothing',
      mark: 'documented',
      source: docs.permissions,
      because: 'it needs another application',
      options: otherApplication(['Mail.Send']),
      ask: async (target) => {
        const { json } = await target.draft(target.mail('not deleted'));
        return target.graph('DELETE', messagePath(json.id), { token: await tokenOfOther(target) });
      },
      answer: { status: 403, code: 'ErrorAccessDenied' },
    },
    {
      behaviour: 'an application with Mail.Send alone sends a draft that is there',
      mark: 'documented',
      source: docs.messageSend,
      because: 'it needs another application',
      options: otherApplication(['Mail.Send']),
      ask: async (target) => {
        const { json } = await target.draft(target.mail('sent by another application'));
        return target.graph('POST', `${messagePath(json.id)}/send`, { token: await tokenOfOther(target) });
      },
      answer: { status: 202, empty: true },
    },
    {
      behaviour: 'an application with Mail.Send alone makes no drafts',
      mark: 'documented',
      source: docs.createMessage,
      because: 'it needs another application',
      options: otherApplication(['Mail.Send']),
      ask: async (target) => {
        const token = await tokenOfOther(target);
        return target.graph('POST', '/messages', { mime: target.mail('Mail.Send'), token });
      },
      answer: { status: 403, code: 'ErrorAccessDenied', message: 'Access is denied. Check credentials and try again.' },
    },
  ],
};
