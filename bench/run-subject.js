// One subject in a process of its own: warms up, sends, and reports what it cost. Started by measure.js.
import { once } from 'node:events';
import { mails } from './mails.js';
import { watchMemory } from './memory-watch.js';

const task = JSON.parse(process.argv[2]);
const endWatch = watchMemory();

const { open } = await import(`./subjects/${task.subject}.js`);
const subject = await open(task);
const { make } = mails[task.mail];
const sendNumber = subject.sendNumber ?? ((number) => subject.send(make(number)));

const failed = [];
let firstError;
let number = 0;

/** Sends `count` mails, as many at a time as the subject is made for. */
async function send(count) {
  const last = number + count;
  const lane = async () => {
    while (number < last) {
      const mine = ++number;
      try {
        await sendNumber(mine);
      } catch (error) {
        firstError ??= String(error.message);
        failed.push(mine);
      }
    }
  };
  await Promise.all(Array.from({ length: subject.pending }, lane));
}

await send(task.warmUp);
process.send('warm');
await once(process, 'message');
const cpuBefore = process.cpuUsage();
const began = performance.now();
await send(task.count);
const milliseconds = performance.now() - began;
const { user, system } = process.cpuUsage(cpuBefore);
const memory = endWatch();
subject.close();

process.send(
  {
    mailsPerSecond: (task.count / milliseconds) * 1000,
    cpu: (user + system) / 1000 / task.count,
    memory,
    given: number,
    failed,
    firstError,
  },
  () => process.exit(),
);
