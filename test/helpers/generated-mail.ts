import fc from 'fast-check';

/** Any Unicode text without lone surrogates: control characters, emoji and all. */
export const anyText = (maxLength = 40) => fc.string({ unit: 'binary', maxLength });

const atom = fc.string({
  unit: fc.constantFrom(..."abcdefgXYZ0123456789!#$%&'*+-/=?^_`{|}~"),
  minLength: 1,
  maxLength: 12,
});
const localPart = fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join('.'));
const label = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abcxyz0189'), minLength: 1, maxLength: 10 }),
  fc.constantFrom('müller', 'bücher', 'bäckerei-köln', '例え', 'пример', 'EXAMPLE'),
);
const domain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => [...labels, 'example'].join('.'));

/** An address whose part before the `@` is ASCII. */
const anyAddress = fc.tuple(localPart, domain).map(([local, host]) => `${local}@${host}`);

/** A recipient as applications give them. */
export const anyRecipient = fc.oneof(
  anyAddress,
  fc.record({ name: anyText(30), address: anyAddress }),
  fc.record({
    name: fc.constantFrom("O'Hara, Ana", 'Lima "Ana"', 'a@b.c', 'x <y>', 'Team: us;', 'a\\b', '(c)'),
    address: anyAddress,
  }),
);

/** Text whose lines end in every way there is. */
const anyLines = fc
  .array(fc.oneof(anyText(60), fc.constantFrom('\r', '\n', '\r\n', '\n\r', '.', ' ', '=', 'From me')), {
    maxLength: 20,
  })
  .map((pieces) => pieces.join(''));

const attachment = fc.record({
  filename: fc.oneof(fc.constant('report.pdf'), anyText(30)),
  content: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
});

/** A mail with everything that the content of one usually has. */
export const anyMail = fc.record({
  from: fc.record({ name: anyText(20), address: fc.constant('noreply@contoso.com') }),
  to: fc.array(anyRecipient, { minLength: 1, maxLength: 4 }),
  cc: fc.array(anyRecipient, { maxLength: 3 }),
  bcc: fc.array(anyRecipient, { maxLength: 3 }),
  subject: anyText(80),
  text: anyLines,
  html: fc.option(anyLines, { nil: undefined }),
  attachments: fc.array(attachment, { maxLength: 2 }),
});

/** A part of a message as Nodemailer's MimeNode takes it. */
export interface GeneratedNode {
  type: string | undefined;
  filename: string | undefined;
  encoding: string | undefined;
  content: string | Uint8Array | undefined;
  headers: [string, string][];
  children: GeneratedNode[];
}

const anyBytes = fc.uint8Array({ maxLength: 260 });

const leaf: fc.Arbitrary<GeneratedNode> = fc.record({
  type: fc.constantFrom(undefined, 'text/plain', 'TEXT/html; charset=utf-8', 'image/png', 'message/rfc822', 'x'),
  filename: fc.option(anyText(20), { nil: undefined }),
  encoding: fc.constantFrom(undefined, undefined, '7bit', '8BIT', 'binary', 'Base64', 'quoted-printable', 'x-own'),
  content: fc.oneof(
    anyLines,
    anyText(200),
    anyBytes,
    anyBytes.map((bytes) => Buffer.from(bytes)),
    fc.constant(undefined),
  ),
  headers: fc.array(fc.tuple(fc.constantFrom('X-One', 'Content-Id', 'Content-Disposition'), anyText(30)), {
    maxLength: 2,
  }),
  children: fc.constant([]),
});

/** Any tree of parts, whether or not it is a message that a real client would send. */
export const anyTree: fc.Arbitrary<GeneratedNode> = fc.letrec<{ node: GeneratedNode; branch: GeneratedNode }>(
  (tie) => ({
    node: fc.oneof({ maxDepth: 3, withCrossShrink: true }, leaf, tie('branch')),
    branch: fc
      .tuple(
        leaf,
        fc.constantFrom('multipart/mixed', 'multipart/alternative; boundary="own b"', 'multipart/related'),
        fc.boolean(),
        fc.array(tie('node'), { maxLength: 4 }),
      )
      .map(([node, type, hasContent, children]) => ({
        ...node,
        type,
        content: hasContent ? node.content : undefined,
        children,
      })),
  }),
).node;
