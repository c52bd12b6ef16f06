// How many mails of 2 KB a second the sandbox accepts from a bare node:https client with 16 connections, beside a bare
// node:https server that only answers 202, taking turns; and how soon it is up. Part of `npm run bench`; by itself
// `npm run bench:sandbox`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeIdentity } from './identity.js';
import { measure } from './measure.js';
import { startServer } from './server/start.js';
import { median } from './summary.js';
import { digits } from './tables.js';

const least = 0.5;
/** Enough that neither side waits for the other. */
const connections = 16;

/** @returns figures, and whether the target is met, in words */
export async function compareSandbox({ folder, files, rounds, scale, progress }) {
  const accept = await startServer('accept', files.identity);
  const starts = [];
  for (let i = 0; i < rounds; i++) {
    starts.at(-1)?.close();
    starts.push(await startServer('sandbox', files.identity));
  }
  const sandbox = starts.at(-1);
  const ca = path.join(folder, 'both.pem');
  writeFileSync(ca, readFileSync(files.ca, 'utf8') + sandbox.ca);
  const task = { subject: 'bare-post', mail: 'small', count: 8000 * scale, warmUp: 3000 * scale, connections };
  const runs = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      progress(`round ${round} of ${rounds}: the sandbox`);
      const place = { delay: 0, files: { ...files, ca } };
      runs.push({
        bare: await measure(task, { ...place, server: accept }),
        own: await measure(task, { ...place, server: sandbox }),
      });
    }
  } finally {
    accept.close();
    sandbox.close();
  }
  const ratio = median(runs.map(({ bare, own }) => own.mailsPerSecond / bare.mailsPerSecond));
  const missing = runs.reduce((sum, { own }) => sum + own.failed + own.lost, 0);
  const rate = (name) => digits(median(runs.map((run) => run[name].mailsPerSecond)));
  const cpu = (name) => digits(median(runs.map((run) => run[name].serverCpu / task.count)));
  const ms = (name) => median(starts.map((start) => start[name])).toFixed(0);
  return {
    lines: [
      ['bare node:https server that answers 202', `${rate('bare')} mails/s`, `${cpu('bare')} ms of CPU each`],
      ['sandbox', `${rate('own')} mails/s`, `${cpu('own')} ms of CPU each`],
      ['startSandbox(), with keys and certificates', `${ms('started')} ms`, ''],
      ['a process with it, from its start', `${ms('up')} ms`, ''],
    ],
    target: {
      met: ratio >= least && missing === 0,
      text: `sandbox: mails/s of a server that only answers 202: ${ratio.toFixed(2)}, at least ${least}; ${missing} missing`,
    },
  };
}

/** The figures as lines of text. */
export function sandboxLines({ lines }) {
  return lines.map(([name, value, more]) => `${name.padEnd(44)}${value.padStart(14)}  ${more}`.trimEnd()).join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const files = writeIdentity(folder);
  const result = await compareSandbox({ folder, files, rounds: 5, scale: 1, progress: () => {} });
  rmSync(folder, { recursive: true });
  console.log(`${sandboxLines(result)}\n${result.target.met ? 'met    ' : 'NOT MET'}  ${result.target.text}`);
  if (!result.target.met) process.exitCode = 1;
}
