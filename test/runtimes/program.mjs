// Sends mails as the cases in TASK say, all cases at the same time, and prints a line of JSON for each mail. Runs in every
// runtime that the package says it works in.
import { Agent } from 'node:https';
import { createInterface } from 'node:readline';
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';

const { ca, origin, proxy, cases } = JSON.parse(process.env.TASK);

/** The server's word comes in lines: `abort` or `go`, and the index of the case. */
const words = cases.map(() => {
  const controller = new AbortController();
  let go;
  const gone = new Promise((resolve) => {
    go = resolve;
  });
  return { signal: controller.signal, gone, abort: () => controller.abort(), go: () => go() };
});
createInterface({ input: process.stdin }).on('line', (line) => {
  const [word, index] = line.split(' ');
  words[index][word]();
});

async function play({ mailboxes, options, signIn, proxied, agent, large, waits, abortAfter }, index) {
  const tell = (mailbox, told) => console.log(JSON.stringify({ index, mailbox, ...told }));
  // The server knows a sign-in by its tenant.
  const tenantId = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  let transport;
  try {
    transport = graphTransport({
      ...(signIn ? { tenantId, clientId: tenantId, clientSecret: 'x' } : { getToken: () => 'token' }),
      cloud: { authorityHost: origin, graphHost: origin, ...(!agent && { ca }) },
      mailbox: 'from',
      allowedMailboxes: '*@contoso.com',
      timeout: 20_000,
      maxRetries: 0,
      ...(agent && { agent: new Agent({ ca, ...agent }) }),
      ...(proxied && { proxy }),
      ...options,
    });
  } catch ({ code, message }) {
    tell('last', { code, message });
    return;
  }
  const transporter = nodemailer.createTransport(transport);
  for (const [nth, mailbox] of mailboxes.entries()) {
    if (nth > 0 && waits) await words[index].gone;
    const mail = {
      from: `${index}.${mailbox}@contoso.com`,
      to: 'ana@example.com',
      text: 'Hello',
      ...(large && { attachments: [{ filename: 'x.bin', content: Buffer.alloc(large, 7) }] }),
      signal: abortAfter ? AbortSignal.timeout(abortAfter) : words[index].signal,
    };
    await transporter.sendMail(mail).then(
      ({ attempts }) => tell(mailbox, { outcome: 'sent', attempts }),
      ({ outcome, code, attempts, message }) => tell(mailbox, { outcome, code, attempts, message }),
    );
  }
  transporter.close();
}

await Promise.all(cases.map(play));
// What a runtime may still hold open is not what this is about.
process.exit();
