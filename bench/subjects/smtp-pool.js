// Nodemailer's SMTP pool with four connections over TLS: what this transport replaces.
import { createTransport } from 'nodemailer';

export const title = "Nodemailer's SMTP pool";
export const server = 'smtp';

export async function open({ port }) {
  const transporter = createTransport({
    host: 'localhost',
    port,
    secure: true,
    pool: true,
    maxConnections: 4,
    // By default each connection is given up after 100.
    maxMessages: Number.POSITIVE_INFINITY,
  });
  return { pending: 8, send: (mail) => transporter.sendMail(mail), close: () => transporter.close() };
}
