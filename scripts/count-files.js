// How many source files one direct mail with one attachment runs through: those of which a function is called between
// sendMail and its answer, sign-in included, for the transport and for the sandbox that answers it. Counted by
// NODE_V8_COVERAGE over an unbundled compilation. `--list` prints the files.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** At most so many files. */
const limits = { transport: 45, sandbox: 80 };

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside the package, so that its dependencies are found.
mkdirSync(path.join(root, 'node_modules/.cache'), { recursive: true });
const folder = mkdtempSync(path.join(root, 'node_modules/.cache/count-files-'));

const program = `
import { readdirSync, writeFileSync } from 'node:fs';
import { takeCoverage } from 'node:v8';
import nodemailer from 'nodemailer';
import { graphTransport } from './build/index.js';
import { startSandbox } from './build/sandbox/index.js';

const sandbox = await startSandbox();
const transporter = nodemailer.createTransport(graphTransport(sandbox.options));
takeCoverage();
const before = new Set(readdirSync(process.env.NODE_V8_COVERAGE));
const info = await transporter.sendMail({
  to: 'Ada Lovelace <ada@example.com>',
  subject: 'Invoice 4711',
  text: 'Please find the invoice attached.',
  attachments: [{ filename: 'invoice.pdf', content: Buffer.alloc(20_000, 7) }],
});
takeCoverage();
if (info.accepted.length !== 1) throw new Error('the mail was not accepted');
const reports = readdirSync(process.env.NODE_V8_COVERAGE).filter((name) => !before.has(name));
writeFileSync('report.json', JSON.stringify(reports));
transporter.close();
await sandbox.close();
`;

function calledFiles() {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', root, '--outDir', path.join(folder, 'build'), '--declaration', 'false']);
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}\n');
  writeFileSync(path.join(folder, 'program.js'), program);
  const coverage = path.join(folder, 'coverage');
  const { status } = spawnSync(process.execPath, ['program.js'], {
    cwd: folder,
    env: { ...process.env, NODE_V8_COVERAGE: coverage },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the mail could not be sent');
  const build = pathToFileURL(path.join(folder, 'build/')).href;
  const files = new Set();
  for (const name of JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8'))) {
    const { result } = JSON.parse(readFileSync(path.join(coverage, name), 'utf8'));
    for (const { url, functions } of result) {
      // The function without a name that spans the whole file is its loading.
      const called = functions.some(
        ({ functionName, ranges: [{ count, startOffset }] }) =>
          count > 0 && !(functionName === '' && startOffset === 0),
      );
      if (called && url.startsWith(build)) files.add(url.slice(build.length).replace(/\.js$/, '.ts'));
    }
  }
  return [...files].sort();
}

try {
  const files = calledFiles();
  const own = (file) => file.startsWith('sandbox/');
  for (const [part, list] of [
    ['transport', files.filter((file) => !own(file))],
    ['sandbox', files.filter(own)],
  ]) {
    console.log(`${part}: ${list.length} files, ${limits[part]} at most`);
    if (process.argv.includes('--list')) for (const file of list) console.log(`  src/${file}`);
    if (list.length > limits[part]) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
