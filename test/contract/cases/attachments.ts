import { FILE } from '../../../src/cli/live/cases/attachments.js';
import { messagePath, type Target } from '../../../src/cli/live/common/target.js';
import type { SandboxTopic } from '../case.js';

export const attachments: SandboxTopic = {
  topic: 'attachments of drafts',
  cases: [
    {
      behaviour: 'a file that makes the message larger than the mailbox takes is refused',
      mark: 'inferred',
      source: 'microsoft-graph-docs #15579',
      because: 'it needs a small limit',
      options: { maxMessageSize: 1000 },
      ask: async (target) => {
        const contentBytes = Buffer.alloc(1000).toString('base64');
        return target.graph('POST', await attachmentsPath(target), { json: { ...FILE, contentBytes } });
      },
      answer: { status: 400, code: 'ErrorMessageSizeExceeded' },
    },
  ],
};

async function attachmentsPath(target: Target): Promise<string> {
  const { json } = await target.draft(target.mail('attachments'));
  return `${messagePath(json.id)}/attachments`;
}
