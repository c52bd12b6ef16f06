import { notEqual } from 'node:assert/strict';
import { until } from '../common/folders.js';
import type { Reply } from '../common/plain-http.js';
import { docs, guess, type Topic } from '../common/probe.js';
import { messagePath, type Target } from '../common/target.js';

/** @internal */
export const FILE = {
  '@odata.type': '#microsoft.graph.fileAttachment',
  name: 'hello.txt',
  contentType: 'text/plain',
  contentBytes: Buffer.from('Hello, attachment').toString('base64'),
} as const;

export const attachments: Topic = {
  topic: 'attachments of drafts',
  cases: [
    {
      id: 'attachments.1',
      facts: ['upload-1'],
      behaviour: 'a small file is attached with 201 and its resource',
      mark: 'documented',
      source: docs.addAttachment,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => target.graph('POST', await attachmentsPath(target), { json: FILE }),
      answer: {
        status: 201,
        json: {
          '@odata.type': '#microsoft.graph.fileAttachment',
          id: /^\S+$/,
          name: 'hello.txt',
          contentType: 'text/plain',
          isInline: false,
        },
      },
    },
    {
      id: 'attachments.2',
      facts: ['upload-1'],
      behaviour: 'it is listed with its bytes',
      mark: 'documented',
      source: docs.listAttachments,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const path = await attachmentsPath(target);
        await target.graph('POST', path, { json: FILE });
        return target.graph('GET', path);
      },
      answer: { status: 200, json: { value: [{ name: 'hello.txt', contentBytes: FILE.contentBytes }] } },
    },
    {
      id: 'attachments.3',
      facts: ['upload-1'],
      behaviour: 'an inline picture keeps its content id',
      mark: 'documented',
      source: docs.addAttachment,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const json = { ...FILE, name: 'a.png', contentType: 'image/png', isInline: true, contentId: 'logo' };
        return target.graph('POST', await attachmentsPath(target), { json });
      },
      answer: { status: 201, json: { isInline: true, contentId: 'logo' } },
    },
    {
      id: 'attachments.4',
      facts: ['upload-1'],
      behaviour: 'the draft then has attachments',
      mark: 'documented',
      source: docs.getMessage,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { json } = await target.draft(target.mail('with attachment'));
        await target.graph('POST', `${messagePath(json.id)}/attachments`, { json: FILE });
        return target.graph('GET', `${messagePath(json.id)}?$select=hasAttachments,isDraft`);
      },
      answer: { status: 200, json: { hasAttachments: true, isDraft: true } },
    },
    {
      id: 'attachments.5',
      facts: ['draft-14'],
      behaviour: 'what was sent takes none',
      mark: 'inferred',
      source: docs.addAttachment,
      needs: ['Mail.ReadWrite', 'Mail.Send'],
      ask: async (target) => {
        const headers = { prefer: 'IdType="ImmutableId"' };
        const { json } = await target.draft(target.mail('sent without attachment'), { headers });
        const path = messagePath(json.id);
        await target.graph('POST', `${path}/send`, { headers });
        await until(
          target,
          () => target.graph('GET', `${path}?$select=isDraft`, { headers }),
          (reply) => reply.json?.isDraft === false,
        );
        return target.graph('POST', `${path}/attachments`, { json: FILE, headers });
      },
      answer: { status: [400, 403] },
    },
    {
      id: 'attachments.6',
      facts: ['draft-14'],
      behaviour: 'a draft that is gone takes none',
      mark: 'documented',
      source: docs.errors,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const path = await attachmentsPath(target);
        await target.deleteDrafts();
        return target.graph('POST', path, { json: FILE });
      },
      answer: { status: 404, code: 'ErrorItemNotFound' },
    },
  ],
};

async function attachmentsPath(target: Target): Promise<string> {
  const { json } = await target.draft(target.mail('attachments'));
  return `${messagePath(json.id)}/attachments`;
}

const SIZE = 3_200_000;
const CHUNK = 2_097_152;
const LARGE_FILE = Buffer.alloc(SIZE, 'large file ');

export const uploadSessions: Topic = {
  topic: 'upload sessions',
  cases: [
    {
      id: 'upload-sessions.1',
      facts: ['upload-2'],
      behaviour: 'a session for a file of 3 MB and more is answered with 201, its URL and what is expected next',
      mark: 'documented',
      source: docs.uploadSession,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => (await open(target)).reply,
      answer: {
        status: 201,
        json: { uploadUrl: /^https:.*authtoken=/, expirationDateTime: /^\d{4}-/, nextExpectedRanges: ['0-'] },
      },
    },
    {
      id: 'upload-sessions.2',
      facts: ['upload-4'],
      behaviour: 'the URL is on another host than Graph, so that clients keep their token from it',
      mark: 'documented',
      source: docs.largeFiles,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { reply, url } = await open(target);
        notEqual(new URL(url).hostname, new URL(target.settings.graphHost).hostname);
        return reply;
      },
      answer: { status: 201 },
    },
    {
      id: 'upload-sessions.3',
      facts: ['upload-3'],
      behaviour: 'a small file gets no session',
      mark: 'documented',
      source: docs.uploadSession,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => (await open(target, 1000)).reply,
      answer: { status: 400, code: 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize' },
    },
    {
      id: 'upload-sessions.4',
      facts: ['upload-6'],
      behaviour: 'a chunk is answered with 200 and where the next begins',
      mark: 'documented',
      source: docs.largeFiles,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => put(target, (await open(target)).url, 0),
      answer: { status: 200, json: { ExpirationDateTime: /^\d{4}-/, nextExpectedRanges: [String(CHUNK)] } },
    },
    {
      id: 'upload-sessions.5',
      facts: ['upload-6'],
      behaviour: 'the last chunk is answered with 201 and the place of the attachment',
      mark: 'documented',
      source: docs.largeFiles,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { url } = await open(target);
        await put(target, url, 0);
        return put(target, url, CHUNK);
      },
      answer: { status: 201, empty: true, headers: { location: /^https:.*\/Attachments\('.*'\)/i } },
    },
    {
      id: 'upload-sessions.6',
      facts: ['upload-2'],
      behaviour: 'the file is then attached to the draft',
      mark: 'documented',
      source: docs.largeFiles,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { url, path } = await open(target);
        await put(target, url, 0);
        await put(target, url, CHUNK);
        return target.graph('GET', `${path}?$select=name,contentType`);
      },
      answer: { status: 200, json: { value: [{ name: 'large.bin', contentType: 'application/octet-stream' }] } },
    },
    {
      id: 'upload-sessions.7',
      facts: ['upload-5'],
      behaviour: 'a chunk out of order is refused',
      mark: 'inferred',
      source: docs.largeFiles,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => put(target, (await open(target)).url, CHUNK),
      answer: { status: [400, 416] },
    },
    {
      id: 'upload-sessions.8',
      facts: ['upload-5'],
      behaviour: 'a chunk of 4 MB is refused',
      mark: 'inferred',
      source: docs.largeFiles,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const size = 5_000_000;
        return put(target, (await open(target, size)).url, 0, {}, Buffer.alloc(size).subarray(0, 4_194_304), size);
      },
      answer: { status: [400, 413] },
    },
    {
      id: 'upload-sessions.9',
      facts: ['upload-4'],
      behaviour: 'a chunk without the authtoken of the URL is refused',
      mark: 'inferred',
      source: docs.largeFiles,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const [url = ''] = (await open(target)).url.split('?');
        return put(target, url, 0);
      },
      answer: { status: [400, 401, 403, 404] },
    },
    {
      id: 'upload-sessions.10',
      facts: ['upload-7'],
      behaviour: 'a session is cancelled with 204',
      mark: 'documented',
      source: docs.uploadSession,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => target.request((await open(target)).url, { method: 'DELETE' }),
      answer: { status: 204, empty: true },
    },
    {
      id: 'upload-sessions.11',
      facts: ['upload-7'],
      behaviour: 'a cancelled session takes no chunks',
      mark: 'inferred',
      source: guess,
      needs: ['Mail.ReadWrite'],
      ask: async (target) => {
        const { url } = await open(target);
        await target.request(url, { method: 'DELETE' });
        return put(target, url, 0);
      },
      answer: { status: [400, 401, 404, 410] },
    },
  ],
};

/**
 * Opens an upload session at a draft of the run's own.
 * @internal
 */
export async function open(target: Target, size = SIZE): Promise<{ reply: Reply; url: string; path: string }> {
  const { json } = await target.draft(target.mail('upload'));
  const path = `${messagePath(json.id)}/attachments`;
  const AttachmentItem = { attachmentType: 'file', name: 'large.bin', size, contentType: 'application/octet-stream' };
  const reply = await target.graph('POST', `${path}/createUploadSession`, { json: { AttachmentItem } });
  return { reply, url: reply.json?.uploadUrl ?? '', path };
}

/**
 * Sends a piece of the file.
 * @internal
 */
export function put(
  target: Target,
  url: string,
  first: number,
  headers: Record<string, string> = {},
  body = LARGE_FILE.subarray(first, first + CHUNK),
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
