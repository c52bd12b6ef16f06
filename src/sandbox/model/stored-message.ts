import { randomUUID } from 'node:crypto';
import { type AttachedFile, attach } from '../mail/attach.js';
import { decodeWords } from '../mail/encoded-words.js';
import { fieldValue } from '../mail/header-fields.js';
import { type Envelope, readEnvelope } from './envelope.js';
import type { Mailbox } from './mailbox.js';

/** An attachment that a client added by itself, or that was taken out of the MIME of an upload when its draft was edited. */
export interface AddedAttachment extends AttachedFile {
  id: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  addedAt: number;
}

/** A message as a mailbox stores it: its MIME, and what was attached to it. */
export class StoredMessage {
  #boundary: string | undefined;
  #mime: Buffer;
  #envelope: Envelope;
  #messageId: string;
  #attachments: readonly AddedAttachment[] = [];
  #raw: Buffer | undefined;
  /** Whether its header came from a client as MIME, not as JSON. */
  readonly uploadedAsMime: boolean;

  constructor(mime: Buffer, mailbox: Mailbox, { uploadedAsMime = true }: { uploadedAsMime?: boolean } = {}) {
    this.#mime = mime;
    this.#envelope = readEnvelope(mime);
    this.#messageId = this.#envelope.messageId ?? newMessageId(mailbox);
    this.uploadedAsMime = uploadedAsMime;
  }

  /** As uploaded, decoded, or as it was edited since; without `attachments`. */
  get mime(): Buffer {
    return this.#mime;
  }

  get envelope(): Envelope {
    return this.#envelope;
  }

  /** Of the upload, or made when it had none; it stays the same when a draft is sent. */
  get messageId(): string {
    return this.#messageId;
  }

  get attachments(): readonly AddedAttachment[] {
    return this.#attachments;
  }

  attach(...attachments: AddedAttachment[]): void {
    this.edit(this.#mime, [...this.#attachments, ...attachments]);
  }

  /** Only a draft is ever edited. */
  edit(mime: Buffer, attachments: readonly AddedAttachment[] = this.#attachments): void {
    if (mime !== this.#mime) {
      this.#mime = mime;
      this.#envelope = readEnvelope(mime);
      this.#messageId = this.#envelope.messageId ?? this.#messageId;
    }
    this.#attachments = attachments;
    this.#raw = undefined;
  }

  /** Bytes that count against the mailbox's limit: attachments are stored decoded, so they count without their base64. */
  get size(): number {
    return this.#attachments.reduce((sum, { size }) => sum + size, this.#mime.length);
  }

  /** The whole MIME, put together when it is first asked for. */
  get raw(): Buffer {
    if (this.#attachments.length === 0) return this.#mime;
    // The same at every reading, so that the message is the same.
    this.#boundary ??= `sandbox-${randomUUID()}`;
    this.#raw ??= attach(this.#mime, this.#attachments, this.#boundary);
    return this.#raw;
  }

  /** Decoded. */
  get subject(): string {
    return decodeWords(fieldValue(this.#envelope.fields, 'subject') ?? '');
  }
}

/** With angle brackets, in the mailbox's domain. */
export function newMessageId(mailbox: Mailbox): string {
  return `<${randomUUID()}@${mailbox.address.split('@').at(-1)}>`;
}
