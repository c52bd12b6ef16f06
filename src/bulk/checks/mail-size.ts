import type { SendMailOptions } from 'nodemailer';
import type { Row } from '../common/row.js';
import { composeMime } from './compose-mime.js';
import { requestSize, SizeEstimate } from './estimate-size.js';

export interface MailSize {
  /** Of the mail as MIME. */
  bytes: number;
  line: number;
}

export interface SizeOptions {
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
