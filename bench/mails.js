// The mails that are sent. Each carries its number in Message-ID and subject, by which the servers count.
import { randomBytes } from 'node:crypto';

export const mailbox = 'noreply@contoso.example';

const line = 'Thank you for your order. It left our warehouse today and should be with you within two working days.\n';

/** Seven digits, so that every mail of a kind has the same size. */
export const label = (number) => `bench-${String(number).padStart(7, '0')}`;

function mail(number, more) {
  return {
    from: mailbox,
    to: 'ana@example.com',
    subject: `Your order ${label(number)}`,
    messageId: `<${label(number)}@contoso.example>`,
    ...more,
  };
}

const text = line.repeat(16);
const fileSize = 2_115_000;
const bytes = randomBytes(fileSize + 1000);
const file = bytes.subarray(0, fileSize);

/** Bytes that no other mail has. */
const ownFile = (number) => bytes.subarray(number % 1000, (number % 1000) + fileSize);

/** By name: what they are called in a report, and the mail with a number. */
export const mails = {
  small: { title: '2 KB of text', make: (number) => mail(number, { text }) },
  large: {
    title: '2.9 MB of MIME, the same attachment in all',
    make: (number) => mail(number, { text: line, attachments: [{ filename: 'terms.bin', content: file }] }),
  },
  own: {
    title: '2.9 MB of MIME, an attachment of its own in each',
    make: (number) => mail(number, { text: line, attachments: [{ filename: 'terms.bin', content: ownFile(number) }] }),
  },
};
