import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { Row } from '../common/row.js';

export interface MailSize {
  /** Of the mail as MIME. */
  bytes: number;
  line: number;
}

interface SizeOptions {
  maxRequestSize?: number | undefined;
  largeMessages?: 'reject' | 'upload' | undefined;
}

/** An estimate this near to the limit is not trusted. */
const doubtful = 0.04;
/** Composing takes time: after so many, the estimate must do. */
const mostComposed = 20;

/** Whether Graph takes mails in one request: by estimate, as it would take hours to compose them all. */
export class SizeCheck {
  readonly #limit: number;
  readonly #upload: boolean;
  readonly #estimate = new SizeEstimate();
  #composed = 0;

  constructor({ maxRequestSize = 4_000_000, largeMessages = 'reject' }: SizeOptions) {
    this.#limit = maxRequestSize;
    this.#upload = largeMessages === 'upload';
  }

  async check(message: SendMailOptions): Promise<{ mime: number; request: number; problem?: string }> {
    let mime = await this.#estimate.of(message);
    let about = 'about ';
    if (this.#isDoubtful(mime) && this.#composed < mostComposed) {
      this.#composed += 1;
      mime = (await composed(message))?.byteLength ?? mime;
      about = '';
    }
    const request = requestSize(mime);
    if (this.#upload || request <= this.#limit) return { mime, request };
    const problem =
      `the mail makes a request of ${about}${request.toLocaleString('en-US')} bytes, where Graph takes ` +
      `${this.#limit.toLocaleString('en-US')}. Make its attachments smaller, or let the transport upload them: ` +
      "largeMessages: 'upload' (needs Mail.ReadWrite)";
    return { mime, request, problem };
  }

  #isDoubtful(mime: number): boolean {
    return !this.#upload && Math.abs(requestSize(mime) / this.#limit - 1) < doubtful;
  }
}

/** Mails that are composed at the end, as the largest by estimate may not be the largest. */
const candidates = 3;

/** Finds the largest mail of a run and its size in truth. */
export class LargestMails {
  #largest: { row: Row; bytes: number }[] = [];

  add(row: Row, bytes: number): void {
    const smallest = this.#largest.at(-1);
    if (this.#largest.length === candidates && smallest && bytes <= smallest.bytes) return;
    this.#largest = [...this.#largest, { row, bytes }].sort((a, b) => b.bytes - a.bytes).slice(0, candidates);
  }

  async measured(messageOf: (row: Row) => Promise<SendMailOptions>): Promise<MailSize | undefined> {
    let largest: MailSize | undefined;
    for (const { row, bytes } of this.#largest) {
      const mime = await composed(await messageOf(row));
      const size = { bytes: mime?.byteLength ?? bytes, line: row.line };
      if (!largest || size.bytes > largest.bytes) largest = size;
    }
    return largest;
  }
}

/** Undefined when it cannot be composed here: what it would fetch may be there only where it is sent. */
function composed(message: SendMailOptions): Promise<Buffer | undefined> {
  return composeMime(message).catch(() => undefined);
}

/** Headers of a mail with one body, and of each part that is added. */
const headerBytes = 700;
const partBytes = 350;

/** Lines of 76 characters, three bytes in four of them. */
function base64Size(bytes: number): number {
  const characters = Math.ceil(bytes / 3) * 4;
  return characters + Math.ceil(characters / 76) * 2;
}

/** Bytes of the request that carries MIME of this size to Graph: base64 once more. */
function requestSize(mime: number): number {
  return Math.ceil(mime / 3) * 4;
}

type Part = NonNullable<SendMailOptions['attachments']>[number];

const bodyFields = ['text', 'html', 'amp', 'watchHtml', 'icalEvent'] as const;

/**
 * Estimates the size of a message as MIME, without composing it: bodies as they will be encoded, attachments by the size
 * of what they are. Content that would have to be fetched or read from a stream counts nothing.
 * @internal
 */
export class SizeEstimate {
  /** Files are many rows' own or all rows' same; asking for each once is enough. */
  readonly #files = new Map<string, Promise<number>>();

  async of(message: SendMailOptions): Promise<number> {
    const { subject = '', headers, to, cc, bcc, attachments = [], alternatives = [], icalEvent } = message;
    // An invitation is there twice: as a body and as a file.
    const invitation = typeof icalEvent === 'string' ? { content: icalEvent } : icalEvent;
    const bodies = bodyFields
      .map((field) => message[field] as unknown)
      .filter((body) => body !== undefined && body !== null);
    const written = await Promise.all(bodies.map((body) => this.#body(body)));
    const attached = await Promise.all(
      [...alternatives, ...attachments, ...(invitation ? [invitation] : [])].map((part) => this.#part(part as Part)),
    );
    return (
      headerBytes +
      encodedText(subject) +
      JSON.stringify([headers ?? {}, to, cc, bcc]).length +
      partBytes * (bodies.length > 1 ? bodies.length : 0) +
      written.reduce((sum, bytes) => sum + bytes, 0) +
      attached.reduce((sum, bytes) => sum + partBytes + base64Size(bytes), 0)
    );
  }

  async #body(body: unknown): Promise<number> {
    if (typeof body === 'string') return encodedText(body);
    if (body instanceof Uint8Array) return encodedText(Buffer.from(body).toString());
    const { content } = body as Part;
    return typeof content === 'string' ? encodedText(content) : base64Size(await this.#part(body as Part));
  }

  async #part({ content, path, encoding }: Part): Promise<number> {
    if (typeof content === 'string') return Buffer.byteLength(content, encoding as BufferEncoding | undefined);
    if (content instanceof Uint8Array) return content.byteLength;
    if (typeof path === 'string' && /^data:/i.test(path))
      return Buffer.byteLength(path.slice(path.indexOf(',')), 'base64');
    const file = fileOf(path);
    return file === undefined ? 0 : this.#fileSize(file);
  }

  #fileSize(file: string): Promise<number> {
    const known = this.#files.get(file);
    if (known) return known;
    // A row that names a file which is gone by now is refused when it is composed.
    const size = stat(file).then(
      (stats) => stats.size,
      () => 0,
    );
    if (this.#files.size < mostFiles) this.#files.set(file, size);
    return size;
  }
}

/** Sizes remembered, so that a list with a file for each row does not fill the memory. */
const mostFiles = 10_000;

function fileOf(path: unknown): string | undefined {
  if (path instanceof URL) return path.protocol === 'file:' ? fileURLToPath(path) : undefined;
  return typeof path === 'string' && !/^(?:https?|data):/i.test(path) ? path : undefined;
}

/** What a line of quoted-printable holds on average, as it is broken between words. */
const quotedLine = 71;

/** Nodemailer leaves short lines of ASCII as they are, and writes text in quoted-printable if it is mostly Latin letters. */
function encodedText(text: string): number {
  const ascii = count(text, /[\n\r\t -~]/g);
  const breaks = count(text, /(?<!\r)\n/g);
  if (ascii === text.length && !/^.{77}/m.test(text)) return text.length + breaks;
  if (text.length - ascii >= count(text, /[a-z]/gi)) return base64Size(Buffer.byteLength(text));
  let bytes = 0;
  for (const line of text.split('\n')) {
    const special = Buffer.byteLength(line) - count(line, /[\r\t -<>-~]/g);
    const quoted = Buffer.byteLength(line) + 2 * special;
    bytes += quoted + 2 + (quoted > 76 ? Math.floor(quoted / quotedLine) * 3 : 0);
  }
  return bytes;
}

function count(text: string, what: RegExp): number {
  return text.length - text.replace(what, '').length;
}

/** The bytes of a message as Nodemailer composes them, Bcc and all, without sending it. */
export async function composeMime(message: SendMailOptions): Promise<Buffer> {
  const transporter = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const info = await transporter.sendMail(message);
  return info.message as Buffer;
}
