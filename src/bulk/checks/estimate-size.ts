import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { SendMailOptions } from 'nodemailer';

/** Headers of a mail with one body, and of each part that is added. */
const headerBytes = 700;
const partBytes = 350;

/** Lines of 76 characters, three bytes in four of them. */
function base64Size(bytes: number): number {
  const characters = Math.ceil(bytes / 3) * 4;
  return characters + Math.ceil(characters / 76) * 2;
}

/** Bytes of the request that carries MIME of this size to Graph: base64 once more. */
export function requestSize(mime: number): number {
  return Math.ceil(mime / 3) * 4;
}

type Part = NonNullable<SendMailOptions['attachments']>[number];

const bodyFields = ['text', 'html', 'amp', 'watchHtml', 'icalEvent'] as const;

/**
 * Estimates the size of a message as MIME, without composing it: bodies as they will be encoded, attachments by the size
 * of what they are. Content that would have to be fetched or read from a stream counts nothing.
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
