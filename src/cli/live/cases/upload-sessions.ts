import { notEqual } from 'node:assert/strict';
import type { Reply } from '../common/plain-http.js';
import type { Topic } from '../common/probe.js';
import { docs, guess } from '../common/sources.js';
import { messagePath, type Target } from '../common/target.js';

const SIZE = 3_200_000;
const CHUNK = 2_097_152;
const FILE = Buffer.alloc(SIZE, 'large file ');

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
        notEqual(new URL(url).hostname, new URL(target.place.graphHost).hostname);
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

/** Opens an upload session at a draft of the run's own. */
export async function open(target: Target, size = SIZE): Promise<{ reply: Reply; url: string; path: string }> {
  const { json } = await target.draft(target.mail('upload'));
  const path = `${messagePath(json.id)}/attachments`;
  const AttachmentItem = { attachmentType: 'file', name: 'large.bin', size, contentType: 'application/octet-stream' };
  const reply = await target.graph('POST', `${path}/createUploadSession`, { json: { AttachmentItem } });
  return { reply, url: reply.json?.uploadUrl ?? '', path };
}

/** Sends a piece of the file. */
export function put(
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
