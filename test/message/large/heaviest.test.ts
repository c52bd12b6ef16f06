import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { heaviestParts, heaviestSentence } from '../../../src/message/large/parts.js';
import { bytesOf, mailOf, nodemailers, ownTemporaryDirectory } from '../large-support.js';

describe.each(nodemailers)('with Nodemailer $version, the heaviest attachments', (nodemailer) => {
  const weigh = async (data: object) => heaviestParts((await mailOf(nodemailer, data)).message);

  test('are three at most, the heaviest first, and no texts', async () => {
    const { directory } = ownTemporaryDirectory();
    const file = path.join(directory, 'scan.tif');
    writeFileSync(file, bytesOf(3_000));
    const attachments = [
      { filename: 'a.txt', content: 'ä' },
      { filename: 'b.bin', content: bytesOf(4_000) },
      { path: file },
      { filename: 'c.bin', content: bytesOf(2_000).toString('base64'), encoding: 'base64' },
    ];
    expect(await weigh({ html: 'x'.repeat(9_000), attachments })).toEqual([
      { name: 'b.bin', size: 4_000 },
      { name: 'scan.tif', size: 3_000 },
      { name: 'c.bin', size: 2_000 },
    ]);
  });

  test('have no size where only reading would tell', async () => {
    const stream = Readable.from(['x']);
    const attachments = [
      { filename: 'a.bin', content: stream },
      { href: 'http://127.0.0.1:9/b.bin' },
      { filename: 'c.txt', content: 'ä' },
    ];
    expect(await weigh({ attachments })).toEqual([
      { name: 'c.txt', size: 2 },
      { name: 'a.bin', size: undefined },
      { name: 'b.bin', size: undefined },
    ]);
    expect(stream.readableDidRead).toBe(false);
  });

  test('have no size where files must not be looked at, or are not there', async () => {
    const file = [{ path: import.meta.filename }];
    expect(await weigh({ disableFileAccess: true, attachments: file })).toMatchObject([{ size: undefined }]);
    expect(await weigh({ attachments: [{ path: '/nowhere/a.bin' }] })).toEqual([{ name: 'a.bin', size: undefined }]);
  });

  test('are none in a message without any, or of raw bytes', async () => {
    expect(await weigh({})).toEqual([]);
    expect(await weigh({ raw: 'Subject: x\r\n\r\nx' })).toEqual([]);
  });
});

test.each([
  [[], ''],
  [[{ name: 'a.txt', size: 1 }], 'The heaviest: a.txt (1 kB).'],
  [[{ name: 'a.txt', size: 99_999 }], 'The heaviest: a.txt (100 kB).'],
  [
    [
      { name: 'report.pdf', size: 4_231_000 },
      { name: 'scan.tif', size: 1_100_000 },
      { name: 'upload', size: undefined },
    ],
    'The heaviest: report.pdf (4.2 MB), scan.tif (1.1 MB), upload (size unknown).',
  ],
])('%j reads %j', (parts, sentence) => {
  expect(heaviestSentence(parts)).toBe(sentence);
});
