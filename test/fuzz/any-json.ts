// Graph's JSON, from nearly right to something else.
import fc from 'fast-check';
import { address } from './any-mime.js';

/** A value of this kind, or any other. */
const loosely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: arbitrary as fc.Arbitrary<unknown> }, fc.jsonValue({ maxDepth: 2 }));

const text = loosely(
  fc.oneof(fc.string({ maxLength: 30 }), fc.constantFrom('a@b.example', 'HTML', 'a\r\nBcc: x@y.example')),
);
const recipient = loosely(
  fc.record({ emailAddress: loosely(fc.record({ name: text, address: loosely(address) }, { requiredKeys: [] })) }),
);
const recipients = loosely(fc.array(recipient, { maxLength: 3 }));
const file = fc.record(
  {
    '@odata.type': loosely(fc.constantFrom('#microsoft.graph.fileAttachment', '#microsoft.graph.itemAttachment')),
    name: text,
    contentType: text,
    contentBytes: loosely(fc.constantFrom('aGVsbG8=', '*', '', 'aGVsbG8')),
    contentId: text,
    isInline: loosely(fc.boolean()),
    attachmentType: loosely(fc.constantFrom('file', 'item')),
    size: loosely(fc.oneof(fc.integer(), fc.constantFrom(3_200_000, 1e300, -0.5))),
  },
  { requiredKeys: [] },
);

const good = { toRecipients: [{ emailAddress: { address: 'ana@example.com' } }] };

const message = fc.record(
  {
    subject: text,
    body: loosely(fc.record({ contentType: text, content: text }, { requiredKeys: [] })),
    toRecipients: recipients,
    ccRecipients: recipients,
    bccRecipients: recipients,
    replyTo: recipients,
    from: recipient,
    sender: recipient,
    importance: text,
    internetMessageId: text,
    internetMessageHeaders: loosely(fc.array(loosely(fc.record({ name: text, value: text })), { maxLength: 7 })),
    attachments: loosely(fc.array(loosely(file), { maxLength: 3 })),
  },
  { requiredKeys: [] },
);

/** A JSON message, nearly right, which is sent unless it spoils itself. */
export const sendableJson = fc.tuple(message, fc.boolean()).map(([given, whole]) => ({ ...given, ...(whole && good) }));

/** An attachment of a draft, or the request for an upload session. */
export const attachment = fc.oneof(
  file,
  file.map((given) => ({ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a', ...given })),
  file.map((AttachmentItem) => ({ AttachmentItem })),
  file.map((given) => ({ AttachmentItem: { attachmentType: 'file', name: 'a', size: 3_200_000, ...given } })),
);

export const json = fc
  .oneof(
    fc.record({ message: loosely(message), saveToSentItems: loosely(fc.boolean()) }, { requiredKeys: [] }),
    message,
    file,
    fc.record({ AttachmentItem: loosely(file) }),
    fc.record({ requests: loosely(fc.array(fc.jsonValue(), { maxLength: 3 })) }),
    fc.jsonValue(),
  )
  .map((value) => Buffer.from(JSON.stringify(value)));
