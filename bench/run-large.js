// The process that large.js watches: signs in, then sends one large message.
import { createReadStream } from 'node:fs';
import { createTransport } from 'nodemailer';
import { mailbox } from './mails.js';
import { watchMemory } from './memory-watch.js';
import { clientId, tenantId } from './subjects/sign-in.js';
import { openTransport } from './transport.js';

const { by, attachment, port, identity } = JSON.parse(process.argv[2]);
const host = `https://localhost:${port}`;

try {
  const transporter = createTransport(
    openTransport(
      {
        tenantId,
        clientId,
        certificatePath: identity,
        mailbox,
        cloud: { authorityHost: host, graphHost: host },
        largeMessages: 'upload',
      },
      // It would spread the upload over Graph's five minutes.
      { uploadBudget: false },
    ),
  );
  await transporter.verify();
  const end = watchMemory();
  const began = performance.now();
  const file = by === 'path' ? { path: attachment } : { content: createReadStream(attachment) };
  await transporter.sendMail({
    from: mailbox,
    to: 'ana@example.com',
    subject: 'Large',
    text: 'Hello',
    attachments: [{ filename: 'attachment.bin', ...file }],
  });
  const seconds = (performance.now() - began) / 1000;
  process.send({ memory: end(), seconds });
  transporter.close();
} catch (error) {
  process.send({ error: error.message });
}
process.disconnect();
