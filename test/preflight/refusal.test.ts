import fc from 'fast-check';
import { it } from 'vitest';
import { isGraphMailError } from '../../src/common/errors.js';
import { finishMessage } from '../../src/message/body.js';
import { forAWhile } from '../helpers/fixtures.js';
import { preflighted } from './support.js';

const mailbox = 'noreply@contoso.example';
const addresses = ['ana@example.com', 'ANA@example.com', 'bob@example.com', 'jürgen@example.com', 'x@müller.example'];
const list = fc
  .array(
    fc.constantFrom(
      ...addresses,
      '',
      '"A, B" <c@example.com>',
      'Team: d@example.com;',
      'a b@example.com',
      '<',
      '(note)',
    ),
    { maxLength: 3 },
  )
  .map((entries) => entries.join(', '));
const field = fc
  .tuple(
    fc.constantFrom('From', 'To', 'Cc', 'Bcc', 'bcc', 'Sender', 'Subject', 'Message-ID', ' To', 'To '),
    fc.oneof(list, fc.constant(mailbox)),
  )
  .map(([name, value]) => `${name}: ${value}`);
const anyHeader = fc
  .tuple(
    fc.boolean(),
    fc.array(fc.oneof({ arbitrary: field, weight: 20 }, { arbitrary: fc.constant('no field'), weight: 1 }), {
      maxLength: 5,
    }),
  )
  .map(([withFrom, fields]) => [...(withFrom ? [`From: ${mailbox}`] : []), ...fields].join('\n'));
const anyEnvelope = fc.option(fc.array(fc.constantFrom(...addresses), { maxLength: 3 }), { nil: undefined });

it('calls refused exactly what the transport refuses, for any header and envelope', async () => {
  const { transporter, entries } = preflighted({ mailbox });
  await fc.assert(
    fc.asyncProperty(anyHeader, anyEnvelope, async (header, to) => {
      const raw = `${header}\n\nHello\n`;
      entries.length = 0;
      const info = await transporter.sendMail({ raw, ...(to && { envelope: { from: mailbox, to } }) });
      let refused: string | undefined;
      try {
        finishMessage(Buffer.from(raw), { mailbox, raw: true, envelopeTo: to && info.envelope.to });
      } catch (error) {
        if (!isGraphMailError(error)) throw error;
        refused = error.message;
      }
      const [entry] = entries;
      if ((entry?.verdict === 'refused') !== (refused !== undefined))
        throw new Error(
          `preflight: ${entry?.verdict} ${JSON.stringify(entry?.findings)}; transport: ${refused ?? 'sends'}`,
        );
    }),
    forAWhile(),
  );
});
