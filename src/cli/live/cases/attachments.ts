import { until } from '../common/folders.js';
import type { Topic } from '../common/probe.js';
import { docs } from '../common/sources.js';
import { messagePath, type Target } from '../common/target.js';

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
