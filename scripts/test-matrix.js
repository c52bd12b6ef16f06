// Runs the tests in the other runtimes that the package says it works in: the whole suite on the oldest and the newest Node,
// what is about the contract with Nodemailer, about requests and about loading the package on those between, the last two
// in Bun and Deno; and with nock and msw on each Node. The binaries come from test/matrix, which has a lock of its own. For
// the Node that runs this script `npm test` is enough, but for nock and msw.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOtherNodes, matrix, nodeBinary, runningMajor } from './other-nodes.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');

/** What runs where. Tests of the browser page and of crashes say nothing about a Node version, and are slow. */
const suite = { name: 'suite', args: ['--exclude', 'test/browser/**', '--exclude', 'test/crash/**'] };
const conformance = { name: 'conformance and runtime', args: ['test/conformance', 'test/runtimes'] };
const plan = [
  [20, suite],
  [22, conformance],
  [24, conformance],
  [26, suite],
].filter(([major]) => major !== runningMajor);

/** Where the programs of runtimes that are not Node lie: in packages of their own, so that no install script need run. */
const runtimes = [
  ['Bun', 'bun/bin/bun', []],
  ['Deno', 'deno/deno', ['run', '--allow-all']],
];

/** Both mocks, both module systems, imported before this package and after it. */
const mockRuns = ['mjs', 'cjs'].flatMap((type) =>
  ['nock', 'msw'].flatMap((mock) =>
    ['first', 'last'].map((order) => [path.join(matrix, `mocks/program.${type}`), mock, order]),
  ),
);

/** Loads the built package by its own name, as import and as require, and sends one mail each. */
const smoke = ['test/package/consumer/import.mjs', 'test/package/consumer/require.cjs'];

/** Runs `binary`, which its child processes find first in PATH. */
function run(binary, args, extra = {}) {
  return new Promise((resolve) => {
    const env = {
      ...process.env,
      ...extra,
      PATH: path.dirname(binary) + path.delimiter + process.env.PATH,
      FORCE_COLOR: '0',
    };
    const child = spawn(binary, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => resolve({ ok: false, output: String(error) }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

/** Runs the tests with the Node `binary`. */
async function runTests(binary, args, folder, extra) {
  const report = path.join(folder, 'report.json');
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { ok, output } = await run(binary, [vitest, 'run', ...args, ...reporters], extra);
  const { numPassedTests = 0, numFailedTests = 0 } = readReport(report);
  return { ok: ok && numPassedTests > 0, output, counts: `${numPassedTests} passed, ${numFailedTests} failed` };
}

function say(started, title, runs, text) {
  const failed = runs.filter(({ ok }) => !ok);
  if (failed.length > 0) process.exitCode = 1;
  for (const { output } of failed) console.log(output);
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`${failed.length > 0 ? '✗' : '✓'} ${title}: ${text}; ${seconds} s`);
}

async function testNode(major, { name, args }, folder) {
  const started = Date.now();
  const binary = nodeBinary(major);
  const version = (await run(binary, ['-p', 'process.version'])).output.trim();
  const tests = await runTests(binary, args, folder);
  const loads = [];
  for (const file of smoke) loads.push(await run(binary, [file]));
  const loaded = loads.every(({ ok }) => ok) ? 'loads' : 'does not load';
  say(started, `Node ${version}`, [tests, ...loads], `${name} ${tests.counts}; the package ${loaded}`);
}

/** Node runs the tests, which have the runtime run the program that sends; sandbox and bulk run in it alone. */
async function testRuntime([name, file, args], folder) {
  const started = Date.now();
  const command = [path.join(matrix, 'node_modules', file), ...args];
  const version = /\d+\.\d+\.\d+/.exec((await run(command[0], ['--version'])).output)?.[0];
  const tests = await runTests(process.execPath, ['test/runtimes'], folder, { TEST_RUNTIME: JSON.stringify(command) });
  const loads = [];
  for (const program of smoke) loads.push(await run(command[0], [...args, program]));
  const loaded = loads.every(({ ok }) => ok) ? 'run' : 'do not run';
  say(started, `${name} ${version}`, [tests, ...loads], `runtime ${tests.counts}; sandbox and bulk ${loaded}`);
}

async function testMocks(major) {
  const started = Date.now();
  const runs = [];
  for (const args of mockRuns) runs.push(await run(nodeBinary(major), args));
  const held = runs.filter(({ ok }) => ok).length;
  say(started, `Node ${major} with nock and msw`, runs, `${held} of ${runs.length} programs send nothing past them`);
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

const folder = mkdtempSync(path.join(tmpdir(), 'matrix-'));
try {
  installOtherNodes();
  for (const [major, what] of plan) await testNode(major, what, folder);
  for (const runtime of runtimes) await testRuntime(runtime, folder);
  for (const major of [20, 22, 24, 26]) await testMocks(major);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
