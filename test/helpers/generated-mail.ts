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
export const anyAddress = fc.tuple(localPart, domain).map(([local, host]) => `${local}@${host}`);

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
export const anyLines = fc
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
