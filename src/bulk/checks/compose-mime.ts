import { createTransport, type SendMailOptions } from 'nodemailer';

/** The bytes of a message as Nodemailer composes them, Bcc and all, without sending it. */
export async function composeMime(message: SendMailOptions): Promise<Buffer> {
  const transporter = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const info = await transporter.sendMail(message);
  return info.message as Buffer;
}
