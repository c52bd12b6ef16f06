import type { HeaderField } from './header-fields.js';

export interface DeliveredChanges {
  /** Added when the upload has none. */
  messageId: string;
  /** The From line to write instead of the uploaded one, or where there is none. */
  from?: string;
}

/**
 * The bytes that recipients get: the Bcc field is taken out of the top header ([MS-OXCMAIL] §2.1.3.1.1.2: not written
 * on the wire), Message-ID and From are added where they are missing. Nothing else changes.
 */
export function deliveredCopy(raw: Buffer, fields: readonly HeaderField[], changes: DeliveredChanges): Buffer {
  const parts: Buffer[] = [];
  const added: string[] = [];
  if (!has(fields, 'message-id')) added.push(`Message-ID: ${changes.messageId}`);
  if (changes.from !== undefined) added.push(`From: ${changes.from}`);
  if (added.length > 0) parts.push(Buffer.from(`${added.join('\r\n')}\r\n`));
  let kept = 0;
  for (const field of fields) {
    const name = field.name.toLowerCase();
    if (name !== 'bcc' && !(name === 'from' && changes.from !== undefined)) continue;
    parts.push(raw.subarray(kept, field.start));
    kept = field.end;
  }
  parts.push(raw.subarray(kept));
  return parts.length === 1 ? raw : Buffer.concat(parts);
}

function has(fields: readonly HeaderField[], name: string): boolean {
  return fields.some((field) => field.name.toLowerCase() === name);
}
