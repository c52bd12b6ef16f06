// What a message to many costs beside Nodemailer's own compiling and building of it, in one run: both are CPU time on the
// thread that everything else waits for. Prints a table and fails over the limits.
import nodemailer from 'nodemailer';
import { composeBody } from '../dist/esm/message/body.js';
import { prepareMessage } from '../dist/esm/message/prepare.js';
import { settleOptions } from '../dist/esm/options/check-options.js';

const counts = [4_000, 20_000, 100_000];
const mostTimes = 2; // Nodemailer's own, with 100,000 recipients
const mostGrowth = 5; // from 4,000 to 20,000

const getToken = async () => 'token';
const settings = settleOptions(
  { mailbox: 'noreply@contoso.example', getToken, maxRecipients: 0, maxRequestSize: 100_000_000 },
  {},
);
let mail;
const transporter = nodemailer.createTransport({
  name: 'Keeps',
  version: '1',
  send(compiled, callback) {
    mail = compiled;
    callback(null, {});
  },
});

async function round(recipients) {
  const to = Array.from({ length: recipients }, (_, i) => `user${i}@department${i % 97}.example`);
  const compile = () => transporter.sendMail({ from: 'noreply@contoso.example', to, subject: 'Hello', text: 'Hello' });
  const start = performance.now();
  await compile();
  mail.message.keepBcc = true;
  await mail.message.build();
  const built = performance.now();
  await compile();
  await composeBody(mail, await prepareMessage(mail, settings), settings);
  return { theirs: built - start, ours: performance.now() - built };
}

const best = new Map();
for (const recipients of counts) {
  await round(recipients);
  const rounds = [await round(recipients), await round(recipients), await round(recipients)];
  const least = (name) => Math.min(...rounds.map((times) => times[name]));
  best.set(recipients, { theirs: least('theirs'), ours: least('ours') });
}
console.log('recipients  Nodemailer ms  transport ms  times');
for (const [recipients, { theirs, ours }] of best) {
  const cells = [recipients.toLocaleString('en').padStart(10), theirs.toFixed(0).padStart(13)];
  console.log([...cells, ours.toFixed(0).padStart(12), (ours / theirs).toFixed(2).padStart(5)].join('  '));
}
const times = best.get(100_000).ours / best.get(100_000).theirs;
const growth = best.get(20_000).ours / best.get(4_000).ours;
console.log(`100,000 cost ${times.toFixed(2)} × Nodemailer's own (at most ${mostTimes})`);
console.log(`20,000 cost ${growth.toFixed(2)} × of 4,000 (at most ${mostGrowth}, and what the machine adds)`);
if (times > mostTimes || growth > mostGrowth * 1.25) process.exitCode = 1;
