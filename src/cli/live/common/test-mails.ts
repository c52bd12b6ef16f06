import { randomUUID } from 'node:crypto';

/** The messages of one run, which can be told from all others by subject and Message-ID. */
export class TestMails {
  /** Part of every subject and Message-ID. */
  readonly run = randomUUID().slice(0, 8);
  readonly #mailbox: string;
  readonly #to: readonly string[];
  #made = 0;

  constructor(mailbox: string, to: readonly string[]) {
    this.#mailbox = mailbox;
    this.#to = to;
  }

  get recipient(): string {
    const [first] = this.#to;
    if (first === undefined) throw new Error('There is no address that mail may go to.');
    return first;
  }

  /** A Message-ID that no other message has. */
  messageId(): string {
    this.#made += 1;
    return `<contract-${this.run}-${this.#made}@${this.#mailbox.split('@').at(-1)}>`;
  }

  /** A MIME message; a header of `''` is left out. */
  mail(about: string, headers: Record<string, string> = {}, body = 'Sent by a contract test.\r\n'): string {
    const fields = {
      From: this.#mailbox,
      To: this.recipient,
      Subject: this.subject(about),
      'Message-ID': this.messageId(),
      'MIME-Version': '1.0',
      'Content-Type': 'text/plain; charset=utf-8',
      ...headers,
    };
    const lines = Object.entries(fields).filter(([, value]) => value !== '');
    return `${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
  }

  /** Stands in the subject of every message of the run. */
  get subjectMark(): string {
    return `[contract test ${this.run}]`;
  }

  subject(about: string): string {
    return `${this.subjectMark} ${about}`;
  }
}
