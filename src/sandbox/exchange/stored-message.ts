import { randomUUID } from 'node:crypto';
import { type AttachedFile, attach } from '../mail/attach.js';
import { decodeWords } from '../mail/encoded-words.js';
import { fieldValue } from '../mail/header-fields.js';
import { type Envelope, readEnvelope } from './envelope.js';
import type { Mailbox } from './mailbox.js';

/** An attachment that was added to a draft after its upload. */
export interface AddedAttachment extends AttachedFile {
  id: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  addedAt: number;
}

/** A message as a mailbox stores it: what was uploaded, and what was attached since. */
export class StoredMessage {
  /** As uploaded, decoded. */
  readonly mime: Buffer;
  readonly envelope: Envelope;
  /** Of the upload, or made when it had none; it stays the same when a draft is sent. */
  readonly messageId: string;
  readonly #attachments: AddedAttachment[] = [];
  readonly #boundary = `sandbox-${randomUUID()}`;
  #raw: Buffer | undefined;

  constructor(mime: Buffer, mailbox: Mailbox) {
    this.mime = mime;
    this.envelope = readEnvelope(mime);
    this.messageId = this.envelope.messageId ?? newMessageId(mailbox);
  }

  attach(attachment: AddedAttachment): void {
    this.#attachments.push(attachment);
    this.#raw = undefined;
  }

  get attachments(): readonly AddedAttachment[] {
    return this.#attachments;
  }

  /** Bytes that count against the mailbox's limit: attachments are stored decoded, so they count without their base64. */
  get size(): number {
    return this.#attachments.reduce((sum, { size }) => sum + size, this.mime.length);
  }

  /** The whole MIME, put together when it is first asked for. */
  get raw(): Buffer {
    this.#raw ??= attach(this.mime, this.#attachments, this.#boundary);
    return this.#raw;
  }

  /** Decoded. */
  get subject(): string {
    return decodeWords(fieldValue(this.envelope.fields, 'subject') ?? '');
  }
}

/** With angle brackets, in the mailbox's domain. */
export function newMessageId(mailbox: Mailbox): string {
  return `<${randomUUID()}@${mailbox.address.split('@').at(-1)}>`;
}
