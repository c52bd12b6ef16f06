// The bound: node:https with connections kept alive, posting bodies that are ready but for the number of the mail.
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { label, mails } from '../mails.js';
import { headLimit } from '../server/submissions.js';
import { createPoster } from './poster.js';

export const title = 'bare node:https, bodies ready';

export async function open(task) {
  const { post, close } = await createPoster(task);
  const mime = await new MailComposer(mails[task.mail].make(0)).compile().build();
  const slots = [];
  const { connections = 4 } = task;
  for (let i = 0; i < connections; i++) slots.push(await readyBody(mime));
  return {
    pending: connections,
    async sendNumber(number) {
      const slot = slots.pop();
      try {
        await post(slot.numbered(number));
      } finally {
        slots.push(slot);
      }
    },
    close,
  };
}

/** A body of its own for one request at a time. Only its top is encoded anew. */
function readyBody(mime) {
  const body = Buffer.from(mime.toString('base64'), 'latin1');
  // A multiple of 3, where base64 can be cut.
  const head = Buffer.from(mime.subarray(0, Math.floor(Math.min(headLimit / 2, mime.length) / 3) * 3));
  const places = [];
  for (let at = head.indexOf(label(0)); at >= 0; at = head.indexOf(label(0), at + 1)) places.push(at);
  return {
    numbered(number) {
      for (const place of places) head.write(label(number), place, 'latin1');
      body.write(head.toString('base64'), 0, 'latin1');
      return body;
    },
  };
}
