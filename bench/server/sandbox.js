// The sandbox, with its page closed and without the limits that imitate Microsoft's. Takes the same commands as serve.js.
import { readFileSync } from 'node:fs';
import { startSandbox } from '../../dist/esm/sandbox/index.js';
import { mailbox } from '../mails.js';
import { clientId, tenantId } from '../subjects/sign-in.js';
import { serverCpu } from './server-cpu.js';

const certificate = readFileSync(process.argv[2], 'utf8');
const began = performance.now();
const sandbox = await startSandbox({
  ...{ tenantId, clientId, certificate, mailbox },
  mailboxConcurrency: false,
  requestLimit: false,
  uploadLimit: false,
});
const started = performance.now() - began;

let before;
process.on('message', ({ reset, judge }) => {
  if (reset) sandbox.clear();
  else if (!judge) before = process.cpuUsage();
  if (!judge) {
    process.send({});
    return;
  }
  const { submissions, refused, tokenRequests } = sandbox.stats();
  const lost = judge.count - submissions - judge.failed.length;
  process.send({ accepted: submissions, lost, duplicated: 0, refused, tokenRequests, serverCpu: serverCpu(before) });
});
process.on('disconnect', () => process.exit());
process.send({ port: Number(new URL(sandbox.url).port), ca: sandbox.ca, started, up: process.uptime() * 1000 });
