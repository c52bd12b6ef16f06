// Kills runs at every moment there is, goes on with them, and counts at the sandbox what was sent.
import { fileURLToPath } from 'node:url';
import { type Life, live, type Plan } from './life.js';
import { namedPlans, randomPlans, sweepPlans } from './plans.js';
import { buildSession, openStage } from './stage.js';

const root = process.env.CRASH_ROOT ?? fileURLToPath(new URL('../..', import.meta.url));
const only = process.argv[2];
/** As many as there are cores to run on, with something left for the sandboxes. */
const abreast = 2;
const fewest = 500;

const seed = Number(process.env.CRASH_SEED ?? 1);
const plans = [...namedPlans(), ...sweepPlans(54), ...randomPlans(30, generator(seed))].filter(
  ({ name }) => only === undefined || name.includes(only),
);

const began = performance.now();
await using session = await buildSession(root);
const lives = new Map<Plan, Life>();
const next = plans.values();
const work = async () => {
  await using stage = await openStage(session.program);
  for (const plan of next) {
    const started = performance.now();
    const life = await live(stage, plan);
    lives.set(plan, life);
    if (process.env.CRASH_VERBOSE)
      console.log(`${plan.name}: ${life.struck.map(Number).join('')}, ${Math.round(performance.now() - started)} ms`);
  }
};
await Promise.all(Array.from({ length: abreast }, work));

const all = [...lives.values()];
const kills = all.reduce((sum, life) => sum + life.kills, 0);
const faults = all.flatMap((life) => life.faults);
for (const [{ name, certain }, { struck }] of lives) {
  if (struck.slice(0, certain).includes(false)) faults.push(`${name}: a run was not killed there`);
}
if (only === undefined && kills < fewest) faults.push(`there were ${kills} kills, and ${fewest} are asked for`);
for (const fault of faults) console.error(fault);
const duplicates = faults.filter((fault) => fault.includes('duplicate')).length;
const mostUnknown = Math.max(0, ...all.map((life) => life.mostUnknown));
const points = new Set(namedPlans().map(({ name }) => name.replace(/ \(\w+\)$/, '')));
const seconds = Math.round((performance.now() - began) / 1000);
console.log(
  `${kills} kills and resumes at ${points.size} named points, before every operation on a file and at random: ` +
    `${duplicates} duplicates, ${faults.length - duplicates} other faults, ` +
    `at most ${mostUnknown} mails unknown for a kill and mailbox, ${seconds} s`,
);
if (faults.length > 0) process.exitCode = 1;

/** mulberry32: the same numbers for the same seed. */
function generator(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
