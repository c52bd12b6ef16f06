// Between what fits into a request and what an upload session takes there is no size that neither takes.
import { randomBytes, randomUUID } from 'node:crypto';
import nodemailer from 'nodemailer';
import { expect, it, onTestFinished } from 'vitest';
import { graphTransport } from '../../../../src/index.js';
import { startSandbox } from '../../../../src/sandbox/index.js';
import { settle } from '../../../../src/sandbox/options.js';
import { createDraft, startClientWith } from '../../support.js';

const fileOf = (size: number) => ({
  '@odata.type': '#microsoft.graph.fileAttachment',
  name: 'report, '.repeat(30),
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  isInline: false,
  contentId: '0123456789abcdef@contoso.example',
  contentBytes: Buffer.alloc(size).toString('base64'),
});

it('every file below the smallest upload session fits into a request, by default', async () => {
  const { minUploadSize, maxRequestSize } = await settle({});
  const around = JSON.stringify(fileOf(0)).length;
  for (let size = minUploadSize - 1; size > minUploadSize - 5000; size -= 1) {
    expect(around + Math.ceil(size / 3) * 4).toBeLessThanOrEqual(maxRequestSize);
  }
  const client = await startClientWith();
  const { path } = await createDraft(client);
  const reply = await client.graph('POST', `${path}/attachments`, { json: fileOf(minUploadSize - 1) });
  expect([reply.status, reply.json.size]).toEqual([201, minUploadSize - 1]);
}, 60_000);

it('a file around 3 MB or 3 MiB goes through by one way or the other', async () => {
  const clientId = randomUUID();
  const sandbox = await startSandbox({ clientId, apps: [{ clientId, roles: ['Mail.Send', 'Mail.ReadWrite'] }] });
  onTestFinished(() => sandbox.close());
  const transporter = nodemailer.createTransport(graphTransport({ ...sandbox.options, largeMessages: 'upload' }));
  const from = sandbox.options.mailbox;
  const content = randomBytes(3_148_000);
  const around = (size: number, ...steps: number[]) => steps.map((step) => size + step);
  for (const size of [
    ...around(3_000_000, -2048, -1000, -1, 0, 1),
    ...around(3_145_728, -2048, -200, -1, 0, 1, 2048),
  ]) {
    const attachments = [{ filename: 'scan.bin', content: content.subarray(0, size) }];
    await transporter.sendMail({ from, to: 'ana@example.com', subject: String(size), text: 'Hello', attachments });
    const got = (await sandbox.messages()).find(({ subject }) => subject === String(size));
    expect([size, got?.attachments[0]?.content.equals(content.subarray(0, size))]).toEqual([size, true]);
  }
  transporter.close();
}, 120_000);
