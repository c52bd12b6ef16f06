import type { SendMailOptions } from 'nodemailer';
import { mailbox } from '../helpers/fixtures.js';
import { lastLine } from './graph-routes.js';

/** Bytes of MIME: Graph takes 4 MB of base64, which is 3 MB of it. */
const sizes = { '1 KB': 1_000, '1 MB': 1_000_000, '2.9 MB': 2_900_000 } as const;
export type Size = keyof typeof sizes;
export const sizeNames = Object.keys(sizes) as Size[];

export interface TestMessage {
  messageId: string;
  mail: SendMailOptions;
}

const line = `${'x'.repeat(70)}\r\n`;
let messages = 0;

/** A message of at least that size, with a Message-ID of its own. Given as `raw`, so that it costs no time to compose. */
export function makeMessage(size: Size): TestMessage {
  const messageId = `<fault-${++messages}@contoso.com>`;
  const to = 'ana@example.com';
  const head = [`From: ${mailbox}`, `To: ${to}`, 'Subject: Hello', `Message-ID: ${messageId}`, 'MIME-Version: 1.0'];
  const lines = line.repeat(Math.ceil(sizes[size] / line.length));
  const raw = Buffer.from(`${head.join('\r\n')}\r\n\r\n${lines}${lastLine}\r\n`);
  return { messageId, mail: { envelope: { from: mailbox, to }, raw } };
}

/** Bytes that the body of its request has at least. */
export function requestSize(size: Size): number {
  return Math.ceil(sizes[size] / 3) * 4;
}
