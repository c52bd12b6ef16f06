// `npm run bench`: this transport beside its upper bound, what it replaces, and its peers; all in one run, taking
// turns, each in a process of its own. Prints tables and targets; exits 1 when a target is not met.
//   --quick         one round with fewer mails, to try it out
//   --rounds <n>    rounds, of which the median counts (5)
//   --date <date>   writes docs/benchmarks.md and docs/benchmarks.svg, with this date
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeIdentity } from './identity.js';
import { measure } from './measure.js';
import { publish } from './publish.js';
import { compareSandbox, sandboxLines } from './sandbox.js';
import { scenarios } from './scenarios.js';
import { startServer } from './server/start.js';
import { loadSubjects } from './subjects.js';
import { summarise } from './summary.js';
import { consoleTable } from './tables.js';
import { judgeTargets } from './targets.js';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, rounds: { type: 'string', default: '5' }, date: { type: 'string' } },
});
const rounds = values.quick ? 1 : Number(values.rounds);
const scale = values.quick ? 0.25 : 1;
const tokenMails = values.quick ? 1000 : 10_000;

const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
const files = writeIdentity(folder);
const servers = { graph: await startServer('graph', files.identity), smtp: await startServer('smtp', files.identity) };
const subjects = await loadSubjects();
const began = performance.now();

/** Shows on a terminal where the run is. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** One run of one subject. */
function run(subject, { mail, delay, count, warmUp }) {
  const task = { subject: subject.name, mail, count: Math.ceil(count), warmUp: Math.ceil(warmUp) };
  return measure(task, { server: servers[subject.server], delay, files });
}

try {
  const runs = [];
  for (let round = 1; round <= rounds; round++) {
    for (const scenario of scenarios) {
      const scaled = { ...scenario, count: scenario.count * scale, warmUp: scenario.warmUp * scale };
      for (const subject of subjects.filter(({ mails }) => mails.includes(scenario.mail))) {
        progress(`round ${round} of ${rounds}: ${scenario.title}: ${subject.title}`);
        runs.push({ round, scenario: scenario.name, subject: subject.name, ...(await run(subject, scaled)) });
      }
    }
  }
  const many = { mail: 'small', delay: 0, count: tokenMails - 1, warmUp: 1 };
  const tokens = await run(
    subjects.find(({ own }) => own),
    many,
  );
  const sandbox = await compareSandbox({ folder, files, rounds, scale, progress });
  progress('');

  const summary = summarise(runs, scenarios, subjects);
  for (const scenario of summary) console.log(`${scenario.title}\n${consoleTable(scenario)}\n`);
  for (const { firstError, subject, scenario } of runs)
    if (firstError) console.log(`${subject}, ${scenario}: ${firstError}`);
  console.log(`The sandbox\n${sandboxLines(sandbox)}\n`);
  const targets = [...judgeTargets(summary, { mails: tokenMails, requests: tokens.tokenRequests }), sandbox.target];
  for (const { met, text } of targets) console.log(`${met ? 'met    ' : 'NOT MET'}  ${text}`);
  console.log(`\n${rounds} rounds, ${Math.round((performance.now() - began) / 1000)} s`);
  if (values.date) publish({ summary, sandbox, targets, rounds, date: values.date });
  if (targets.some(({ met }) => !met)) process.exitCode = 1;
} finally {
  for (const server of Object.values(servers)) server.close();
  rmSync(folder, { recursive: true });
}
