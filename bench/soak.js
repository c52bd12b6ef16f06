// `npm run soak`: many mails through one transport, to a server in another process. Fails when memory grows after warm-up,
// when anything is lost or sent twice, or when a handle is left after close(). Needs --expose-gc.
//   --count <n>   mails (200,000)
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeIdentity } from './identity.js';
import { startServer } from './server/start.js';

const { values } = parseArgs({ options: { count: { type: 'string', default: '200000' } } });
const count = Number(values.count);
const limit = 5; // MB over the whole run
const patience = 10_000; // ms until a process with nothing to do must have ended

const folder = mkdtempSync(path.join(tmpdir(), 'soak-'));
const files = writeIdentity(folder);
const server = await startServer('graph', files.identity);
const task = JSON.stringify({ count, port: server.port, identity: files.identity });
const env = { ...process.env, NODE_EXTRA_CA_CERTS: files.ca };
const program = path.join(import.meta.dirname, 'run-soak.js');
const child = fork(program, [task], { env, execArgv: ['--expose-gc'] });
const exit = once(child, 'exit');

try {
  const [result] = await Promise.race([once(child, 'message'), exit.then(() => [])]);
  if (!result) throw new Error('The soak ended without a result.');
  const timer = setTimeout(() => child.kill(), patience);
  const [code] = await exit;
  clearTimeout(timer);
  const { accepted, lost, duplicated, tokenRequests } = await server.judge(count, result.failed);
  const { seconds, grown, heap, rss, handles } = result;

  console.log(`mails                 ${count} in ${seconds.toFixed(0)} s (${(count / seconds).toFixed(0)} a second)`);
  console.log(`accepted              ${accepted}, failed ${result.failed.length}, lost ${lost}, twice ${duplicated}`);
  console.log(`token requests        ${tokenRequests}`);
  console.log(`heap, line of best fit ${grown.toFixed(2)} MB over the run (limit ${limit})`);
  console.log(`heap                  ${heap.first.toFixed(1)} MB after warm-up, ${heap.last.toFixed(1)} MB at the end`);
  console.log(`RSS                   ${rss.first.toFixed(0)} MB after warm-up, ${rss.last.toFixed(0)} MB at the end`);
  console.log(`handles after close   ${handles.length === 0 ? 'none' : handles.join(', ')}`);
  console.log(`process               ${code === 0 ? 'ended by itself' : 'had to be ended'}`);
  const faultless = accepted === count && lost + duplicated + result.failed.length === 0;
  if (!faultless || grown >= limit || handles.length > 0 || code !== 0) process.exitCode = 1;
} finally {
  server.close();
  rmSync(folder, { recursive: true });
}
