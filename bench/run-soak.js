// The process that soak.js watches: sends, takes the heap's size as it goes, closes, and must then end by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { mails } from './mails.js';
import { open } from './subjects/graph-transport.js';

const { count, ...place } = JSON.parse(process.argv[2]);
const samples = 100;
const warmUp = Math.ceil(count / 10);
const every = Math.ceil((count - warmUp) / samples);

const subject = await open(place);
const points = [];
const failed = [];
let number = 0;

function sample() {
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  points.push({ x: number / count, heap: heapUsed / 1e6, rss: rss / 1e6 });
}

async function lane(last) {
  while (number < last) {
    const mine = ++number;
    await subject.send(mails.small.make(mine)).catch(() => failed.push(mine));
  }
}

/** Slope of the line of least squares. */
function slope(values) {
  const mean = (field) => values.reduce((sum, value) => sum + value[field], 0) / values.length;
  const [x, y] = [mean('x'), mean('heap')];
  const product = values.reduce((sum, value) => sum + (value.x - x) * (value.heap - y), 0);
  return product / values.reduce((sum, value) => sum + (value.x - x) ** 2, 0);
}

/** What keeps a process alive, but for its output and the channel to its parent. */
function handles() {
  return process.getActiveResourcesInfo().filter((name) => !/^(PipeWrap|TTYWrap|FSReqCallback)$/.test(name));
}

const began = performance.now();
while (number < count) {
  const last = Math.min(count, number < warmUp ? warmUp : number + every);
  // Nothing in flight while the heap is measured.
  await Promise.all(Array.from({ length: subject.pending }, () => lane(last)));
  sample();
}
const seconds = (performance.now() - began) / 1000;
subject.close();
// Sockets are closed in the turns of the event loop that follow.
await sleep(500);
const [first, last] = [points[0], points.at(-1)];
process.send({
  seconds,
  failed,
  // x runs from 0 to 1, so the slope is what a whole run would add.
  grown: slope(points),
  heap: { first: first.heap, last: last.heap },
  rss: { first: first.rss, last: last.rss },
  handles: handles(),
});
process.disconnect();
