// What every server process here does besides serving: it is given its delay, and asked for its counts.
// Started by start.js with the identity file as its argument.
import { readFileSync } from 'node:fs';
import { serverCpu } from './server-cpu.js';
import { Submissions } from './submissions.js';

const pem = readFileSync(process.argv[2], 'utf8');

/** Key and certificate for `tls.createServer`. */
export const identity = { key: pem, cert: pem };
export const submissions = new Submissions();
export const counts = { tokenRequests: 0, refused: 0 };

let delay = 0;
let before;

/** Calls `accept` when the delay is over that stands for what the service does with a message. */
export function afterDelay(accept) {
  if (delay > 0) setTimeout(accept, delay);
  else accept();
}

/** Starts to listen on a free port, and to take commands. */
export function serve(server) {
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', ({ wait, reset, judge }) => {
    if (wait) {
      ({ delay } = wait);
      before = process.cpuUsage();
      process.send({});
    }
    if (reset) {
      delay = 0;
      submissions.clear();
      for (const name of Object.keys(counts)) counts[name] = 0;
      process.send({});
    }
    if (judge)
      process.send({ ...counts, ...submissions.judge(judge.count, judge.failed), serverCpu: serverCpu(before) });
  });
  process.on('disconnect', () => process.exit());
}
