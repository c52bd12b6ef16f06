// Both ways side by side: a share of the recipients gets its mail through Graph, the others by SMTP as before.
//   SMTP_URL=smtp://smtp.contoso.com:587 GRAPH_SHARE=10 node examples/canary.mjs ana@example.com bob@example.com
// Who signs in to Graph is in the environment: AZURE_TENANT_ID and so on, GRAPH_MAIL_MAILBOX.
import { createHash } from 'node:crypto';
import nodemailer from 'nodemailer';
import { createGraphTransporter } from 'nodemailer-graph-transport';

const from = process.env.GRAPH_MAIL_MAILBOX;
const share = Number(process.env.GRAPH_SHARE ?? 10); // per cent: 0 rolls back, 100 is the switch
const smtp = { name: 'SMTP ', transporter: nodemailer.createTransport(process.env.SMTP_URL) };
const graph = { name: 'Graph', transporter: createGraphTransporter({}) };

// The same recipient always goes the same way, so that what people report can be told apart.
function wayTo(recipient) {
  const place = createHash('sha256').update(recipient.toLowerCase()).digest().readUInt32BE() % 100;
  return place < share ? graph : smtp;
}

for (const to of process.argv.slice(2)) {
  const { name, transporter } = wayTo(to);
  try {
    const info = await transporter.sendMail({ from, to, subject: 'Hello', text: 'Which way did it come?' });
    console.log(`${name} ${to}: ${info.response}`);
  } catch (error) {
    // Not the other way instead: a mail whose outcome is unknown may have gone out, and would arrive twice.
    console.error(`${name} ${to}: ${error.message}`);
    process.exitCode = 1;
  }
}
smtp.transporter.close();
graph.transporter.close();
