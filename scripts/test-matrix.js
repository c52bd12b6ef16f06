// Runs the tests on the other Node versions that the package says it works on: the whole suite on the oldest and the newest,
// what is about the contract with Nodemailer and about loading the package on those between. The binaries come from
// test/matrix, which has a lock of its own. The version that runs this script is left out: `npm test` is for that.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const matrix = path.join(root, 'test/matrix');
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const running = Number(process.versions.node.split('.')[0]);

/** What runs where. Tests of the browser page and of crashes say nothing about a Node version, and are slow. */
const suite = { name: 'suite', args: ['--exclude', 'test/browser/**', '--exclude', 'test/crash/**'] };
const conformance = { name: 'conformance', args: ['test/conformance'] };
const plan = [
  [20, suite],
  [22, conformance],
  [24, conformance],
  [26, suite],
].filter(([major]) => major !== running);

/** Loads the built package by its own name, as import and as require, and sends one mail each. */
const smoke = ['test/package/consumer/import.mjs', 'test/package/consumer/require.cjs'];

function install() {
  // The oldest binary is an optional dependency there, because it is mostly the one that runs this already.
  const args = ['ci', '--silent', ...(running === 20 ? ['--omit=optional'] : [])];
  const { status } = spawnSync('npm', args, { cwd: matrix, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm ci in test/matrix ended with ${status}`);
}

/** Runs a program of Node `binary`, and of its child processes, which find it first in PATH. */
function run(binary, args) {
  return new Promise((resolve) => {
    const env = { ...process.env, PATH: path.dirname(binary) + path.delimiter + process.env.PATH, FORCE_COLOR: '0' };
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

async function test(major, { name, args }, folder) {
  const started = Date.now();
  const binary = path.join(matrix, `node_modules/node${major}/bin/node`);
  const version = (await run(binary, ['-p', 'process.version'])).output.trim();
  const report = path.join(folder, `node${major}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const runs = [await run(binary, [vitest, 'run', ...args, ...reporters])];
  for (const file of smoke) runs.push(await run(binary, [file]));
  const counts = { numPassedTests: 0, numFailedTests: 0, ...readReport(report) };
  const ok = runs.every((one) => one.ok) && counts.numPassedTests > 0;
  if (!ok) {
    console.log(
      runs
        .filter((one) => !one.ok)
        .map(({ output }) => output)
        .join('\n'),
    );
    process.exitCode = 1;
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  const tests = `${counts.numPassedTests} passed, ${counts.numFailedTests} failed`;
  const loaded = runs.slice(1).every((one) => one.ok) ? 'loads' : 'does not load';
  console.log(`${ok ? '✓' : '✗'} Node ${version}: ${name} ${tests}; the package ${loaded}; ${seconds} s`);
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
  install();
  for (const [major, what] of plan) await test(major, what, folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
