import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { HeavyAttachment } from '../../src/message/large/heavy-attachment.js';
import type { SentMail } from '../../src/message/large/indivisible.js';
import { composeLarge, type LargeMessage } from '../../src/message/large/large-message.js';
import { prepareMessage } from '../../src/message/prepare.js';
import { settleOptions } from '../../src/options/check-options.js';
import { baseOptions, smallMail } from '../helpers/fixtures.js';

interface Transporter {
  use(step: string, plugin: (mail: SentMail, done: () => void) => void): void;
  sendMail(data: object): Promise<unknown>;
}
type CreateTransport = (transport: object, defaults?: object) => Transporter;

const require = createRequire(import.meta.url);

/** Every major of Nodemailer that the package works with. */
export const nodemailers = (['nodemailer7', 'nodemailer8', 'nodemailer9', 'nodemailer'] as const).map((name) => {
  const { version } = require(`${name}/package.json`) as { version: string };
  const { createTransport } = require(name) as { createTransport: CreateTransport };
  return { version, createTransport };
});
export type Nodemailer = (typeof nodemailers)[number];

/** 30,000 bytes of MIME fit, and so a file of about 21,000. */
export const settings = settleOptions({ ...baseOptions, maxRequestSize: 40_000 }, {});

/** A message as Nodemailer hands it to its transport. */
export async function mailOf(
  { createTransport }: Pick<Nodemailer, 'createTransport'>,
  data: object,
  options: { transport?: object; plugin?: (mail: SentMail) => void } = {},
): Promise<SentMail> {
  let handed: SentMail | undefined;
  const send = (mail: SentMail, done: (error: null, info: object) => void) => {
    handed = mail;
    done(null, {});
  };
  const transporter = createTransport({ name: 'x', version: '1', send, ...options.transport });
  transporter.use('stream', (mail, done) => {
    options.plugin?.(mail);
    done();
  });
  await transporter.sendMail({ ...smallMail, ...data });
  if (!handed) throw new Error('Nodemailer handed over nothing');
  return handed;
}

/** A message prepared and taken apart as it is for sending. */
export async function takeApart(
  nodemailer: Pick<Nodemailer, 'createTransport'>,
  data: object,
  { signal, ...options }: Parameters<typeof mailOf>[2] & { signal?: AbortSignal } = {},
): Promise<LargeMessage> {
  const mail = await mailOf(nodemailer, data, options);
  await prepareMessage(mail, settings);
  const large = await composeLarge(mail, settings, signal);
  onTestFinished(() => large.release());
  return large;
}

/** A directory for temporary files that is this test's alone; `files` are the names in it, `open` what is open of it. */
export function ownTemporaryDirectory(): { directory: string; files: () => string[]; open: () => string[] } {
  const before = process.env.TMPDIR;
  const directory = mkdtempSync(path.join(tmpdir(), 'test-'));
  process.env.TMPDIR = directory;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    directory,
    files: () => readdirSync(directory, { recursive: true }).map(String),
    open: () => openFiles().filter((file) => file.startsWith(directory)),
  };
}

/** Where open files can be seen, with or without a name. */
export const seesOpenFiles = existsSync('/proc/self/fd');

/** The files that this process has open; one without a name ends with ` (deleted)` (proc(5)). */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return [];
    }
  });
}

/** All of an attachment, read in pieces whose length divides nothing. */
export async function contentOf({ size, read }: HeavyAttachment): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < size; at += 7_001) pieces.push(await read(at, Math.min(7_001, size - at)));
  return Buffer.concat(pieces);
}

export const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** Bytes of every value, the same at every run. */
export function bytesOf(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed * 2_654_435_761;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export const big = bytesOf(300_000);

/** Every kind of line end, and what quoted-printable would change. */
export const mixedText = `${'Zeile mit Ümlaut und =3D\n'.repeat(900)}\r\n${'a line \t \r\n'.repeat(900)}\rend without a line end`;

/** A web server of a test file; the paths of `answers` are all that it knows. */
export function serverOfFile(answers: Record<string, Uint8Array | string>): (path: string) => string {
  const server = createServer(({ url = '' }, response) => response.end(answers[url]));
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => server.close());
  return (path) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
}

export const parse = (mime: Buffer) => PostalMime.parse(mime);
