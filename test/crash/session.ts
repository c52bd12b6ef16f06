// One session of a run, in a process of its own, which it ends itself where it is told to.
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { openRecipients } from '../../src/bulk/recipients/open-recipients.js';
import { writeReports } from '../../src/bulk/report/write-reports.js';
import { BulkRun } from '../../src/bulk/send-bulk.js';
import { systemClock } from '../../src/common/clock.js';
import { graphTransport } from '../../src/index.js';
import { crashFiles, die } from './crash-files.js';
import { addressOf, type ReportStrike, type RequestStrike, type SessionOrder } from './strike.js';

const order = JSON.parse(process.env.DATA ?? '') as SessionOrder;
const { folder, rows, domain, from, transport, unknown, behind, strike } = order;

// Of the transport as well as of the run: what one of them says of a time, the other reads.
const wallClock = Date.now;
Date.now = () => wallClock() - behind;

function dieAtRequest({ at, method, path: end, nth = 1 }: RequestStrike): void {
  let count = 0;
  const name = at === 'request' ? 'http.client.request.start' : 'http.client.response.finish';
  subscribe(name, (message) => {
    const { request } = message as { request: ClientRequest };
    const [route = ''] = request.path.split('?');
    if (request.method === method && route.endsWith(end) && ++count === nth) die();
  });
}

function dieAtReport({ operation, when, nth }: ReportStrike): void {
  const files = createRequire(path.resolve('package.json'))('node:fs/promises');
  const real = files[operation];
  let count = 0;
  files[operation] = async (...rest: unknown[]) => {
    const struck = /report|summary/.test(String(rest[0])) && ++count === nth;
    if (struck && when === 'before') die();
    const result = await real(...rest);
    if (struck) die();
    return result;
  };
}

const ownFiles = strike?.at === 'file' || strike?.at === 'any-file' ? { files: crashFiles(strike) } : {};
if (strike?.at === 'request' || strike?.at === 'answer') dieAtRequest(strike);
if (strike?.at === 'report') dieAtReport(strike);

const transporter = createTransport(
  graphTransport({
    getToken: async () => transport.token,
    mailbox: 'from',
    allowedMailboxes: '*@contoso.example',
    cloud: transport.cloud,
    delivery: transport.delivery,
    onUnknown: transport.onUnknown,
    verifyWindow: 0,
    maxRetries: 1,
    proxy: false,
  }) as never,
);
const csv = `email,name\n${Array.from({ length: rows }, (_, index) => `${addressOf(index + 1, domain)},Person ${index + 1}\n`).join('')}`;
const recipients = { csv };
const run = new BulkRun(
  {
    transporter,
    recipients,
    template: { subject: 'News for {{name}}', text: 'Dear {{name}}, hello.' },
    from,
    journal: folder,
    rate: false,
    perDay: false,
    maxErrors: false,
    unknown,
    // The session before was killed by the test; elsewhere the system does not say so.
    takeOver: process.platform !== 'linux',
  },
  { clock: systemClock, ...ownFiles },
);
run.finished
  .then(async (summary) => {
    transporter.close();
    if (strike?.at === 'report') await writeReports({ folder, recipients: openRecipients(recipients) });
    console.log(JSON.stringify({ ...summary, error: summary.error?.message }));
  })
  .catch((error: unknown) => {
    console.log(JSON.stringify({ failed: error instanceof Error ? error.stack : String(error) }));
    process.exitCode = 1;
  });
