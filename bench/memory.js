// How much memory waiting messages take: 2,000 sendMail calls at once, each with a 1 MB attachment from a file, against
// the sandbox in another process. Prints the peak above the start and fails over the limit.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import nodemailer from 'nodemailer';
import { graphTransport } from 'nodemailer-graph-transport';
import { startSandbox } from 'nodemailer-graph-transport/sandbox';

const messages = Number(process.env.BENCH_MESSAGES ?? 2000);
const limit = 200; // MB

if (process.env.BENCH_ROLE === 'server') {
  const sandbox = await startSandbox({ keep: 10, latency: 5, uploadLimit: false });
  process.send(sandbox.options);
  process.on('message', async () => {
    process.send(sandbox.stats());
    await sandbox.close();
    process.disconnect();
  });
} else {
  const server = fork(process.argv[1], { env: { ...process.env, BENCH_ROLE: 'server' } });
  const next = () => new Promise((resolve) => server.once('message', resolve));
  const options = await next();
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const file = path.join(folder, 'attachment.bin');
  writeFileSync(file, randomBytes(1_000_000));

  const transporter = nodemailer.createTransport(graphTransport(options));
  const mail = {
    from: options.mailbox,
    to: 'ana@example.com',
    subject: 'Memory',
    text: 'Hello',
    attachments: [{ path: file }],
  };
  await transporter.sendMail(mail);
  globalThis.gc?.();
  const start = process.memoryUsage().rss;
  let peak = start;
  const sample = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 10);
  const began = performance.now();
  await Promise.all(Array.from({ length: messages }, () => transporter.sendMail({ ...mail })));
  const seconds = (performance.now() - began) / 1000;
  clearInterval(sample);
  transporter.close();
  const stats = next();
  server.send('stop');
  const { submissions, maxInFlight, tokenRequests } = await stats;
  rmSync(folder, { recursive: true });

  const above = (peak - start) / 1e6;
  console.log(`messages at once      ${messages}, 1 MB attachment each`);
  console.log(`start                 ${(start / 1e6).toFixed(0)} MB`);
  console.log(`peak above the start  ${above.toFixed(0)} MB (limit ${limit})`);
  console.log(`seconds               ${seconds.toFixed(1)} (${(messages / seconds).toFixed(0)} messages a second)`);
  console.log(
    `submissions           ${submissions - 1}, most in flight ${Math.max(...Object.values(maxInFlight))}, token requests ${tokenRequests}`,
  );
  if (above > limit || submissions !== messages + 1) process.exitCode = 1;
}
