import { open, put } from '../../../src/cli/live/cases/attachments.js';
import { docs } from '../../../src/cli/live/common/probe.js';
import type { SandboxTopic } from '../case.js';

export const uploadSessions: SandboxTopic = {
  topic: 'upload sessions',
  cases: [
    {
      behaviour: 'an access token at the upload URL is refused, so that clients that give theirs away are found',
      mark: 'inferred',
      source: docs.largeFiles,
      because: 'it would give a real token away',
      ask: async (target) => {
        const { url } = await open(target);
        return put(target, url, 0, { authorization: `Bearer ${await target.accessToken()}` });
      },
      answer: { status: 401 },
    },
  ],
};
