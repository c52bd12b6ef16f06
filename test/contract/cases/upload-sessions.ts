import type { Reply } from '../../../src/cli/live/plain-http.js';
import { docs } from '../../../src/cli/live/sources.js';
import { messagePath, type Target } from '../../../src/cli/live/target.js';
import type { SandboxTopic } from '../case.js';

const SIZE = 3_200_000;
const CHUNK = 2_097_152;
const FILE = Buffer.alloc(SIZE, 'large file ');

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

async function open(target: Target, size = SIZE): Promise<{ reply: Reply; url: string; path: string }> {
  const { json } = await target.draft(target.mail('upload'));
  const path = `${messagePath(json.id)}/attachments`;
  const AttachmentItem = { attachmentType: 'file', name: 'large.bin', size, contentType: 'application/octet-stream' };
  const reply = await target.graph('POST', `${path}/createUploadSession`, { json: { AttachmentItem } });
  return { reply, url: reply.json?.uploadUrl ?? '', path };
}

function put(
  target: Target,
  url: string,
  first: number,
  headers: Record<string, string> = {},
  body = FILE.subarray(first, first + CHUNK),
  size = SIZE,
): Promise<Reply> {
  return target.request(url, {
    method: 'PUT',
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `bytes ${first}-${first + body.length - 1}/${size}`,
      ...headers,
    },
    body,
  });
}
