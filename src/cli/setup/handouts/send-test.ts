/** `send-test.mjs`, the smallest program: one mail, from the mailbox in `.env`. */
export const sendTest = `// Sends one mail, with the identity in .env beside this file: node send-test.mjs [recipient]
import { loadEnvFile } from 'node:process';
import { fileURLToPath } from 'node:url';
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';

// What is set in the environment goes before what stands in the file.
loadEnvFile(fileURLToPath(new URL('.env', import.meta.url)));
const from = process.env.GRAPH_MAIL_MAILBOX;
let transporter;
try {
  transporter = nodemailer.createTransport(graphTransport());
  const to = process.argv[2] ?? from;
  const info = await transporter.sendMail({ from, to, subject: 'Hello from Microsoft Graph', text: 'It works.' });
  console.log(\`Sent from \${from} to \${to}: \${info.response}, \${info.messageId}\`);
} catch (error) {
  console.error(error.message);
  if (error.hint) console.error(error.hint);
  process.exitCode = 1;
} finally {
  transporter?.close();
}
`;
