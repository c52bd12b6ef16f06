// The obvious implementation: composed into a buffer, base64, bare node:https. No retries, no queue, no checks.
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { createPoster } from './poster.js';

export const title = 'MailComposer + bare node:https';

export async function open(task) {
  const { post, close } = await createPoster(task);
  return {
    pending: 4,
    async send(mail) {
      const mime = await new MailComposer(mail).compile().build();
      await post(Buffer.from(mime.toString('base64'), 'latin1'));
    },
    close,
  };
}
