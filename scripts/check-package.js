// Packs the package and checks it as its users will see it: publint, attw, an install into an empty folder, import, require,
// types, what an install brings, and what loading it loads.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => path.join(root, 'node_modules/.bin', name);
const folder = mkdtempSync(path.join(tmpdir(), 'package-'));
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const check = (what, action) => {
  try {
    const seen = action();
    console.log(`✓ ${what}${typeof seen === 'string' ? `: ${seen}` : ''}`);
  } catch (error) {
    console.log(`✗ ${what}\n${error.stdout ?? ''}${error.message}`);
    process.exitCode = 1;
  }
};

try {
  run('npm', ['pack', '--silent', '--pack-destination', folder], root);
  const tarball = path.join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz')),
  );
  check('publint --strict', () => void run(bin('publint'), [tarball, '--strict']));
  check('attw, every profile', () => void run(bin('attw'), [tarball]));

  writeFileSync(path.join(folder, 'package.json'), '{"private":true,"type":"module"}');
  run('npm', ['install', '--silent', '--no-audit', '--no-fund', tarball, 'nodemailer@10']);
  check('a production install brings at most 20 packages besides nodemailer', () => {
    const lines = run('npm', ['ls', '--all', '--parseable']).trim().split('\n').slice(1);
    const packages = new Set(lines.filter((line) => !line.endsWith('/node_modules/nodemailer')));
    if (packages.size > 20) throw new Error(`${packages.size} packages`);
    return `${packages.size}`;
  });
  cpSync(path.join(root, 'test/package/consumer'), folder, { recursive: true });
  check('works by import', () => void run('node', ['import.mjs']));
  check('works by require', () => void run('node', ['--no-experimental-require-module', 'require.cjs']));
  check('loading it loads only node: built-ins and nodemailer', () => void run('node', ['light.mjs']));
  check('the command line starts', () =>
    run('npx', ['--no-install', 'nodemailer-graph-transport', '--version']).trim(),
  );

  check('its demonstration runs', () => {
    const sent = /^Sent +(\d+)$/m.exec(run('npx', ['--no-install', 'nodemailer-graph-transport', 'demo']));
    if (sent?.[1] !== '200') throw new Error('not all 200 were sent');
  });

  check('its live contract runs, against its sandbox', () => run('node', ['live-contract.mjs']).trim());

  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const flags = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    'false',
    '--exactOptionalPropertyTypes',
    '--target',
    'es2022',
  ];
  // The resolution of TypeScript before 4.7, which does not know "exports"; TypeScript 7 no longer has it.
  const typescript5 = path.join(folder, 'node_modules/typescript/bin/tsc');
  const ways = [
    ['ES module', tsc, 'types.mts', ['--module', 'node20']],
    ['CommonJS', tsc, 'types.cts', ['--module', 'node20']],
    ['node10', typescript5, 'types.ts', ['--module', 'commonjs', '--moduleResolution', 'node10', '--esModuleInterop']],
  ];
  for (const nodemailer of [
    ['nodemailer@10'],
    ['nodemailer@8', '@types/nodemailer@8'],
    ['nodemailer@7', '@types/nodemailer@7'],
  ]) {
    run('npm', ['install', '--silent', '--no-audit', '--no-fund', ...nodemailer, '@types/node@20', 'typescript@5']);
    for (const [way, compiler, file, more] of ways) {
      cpSync(path.join(root, 'test/package/consumer/types.ts'), path.join(folder, file));
      check(
        `types with ${nodemailer.at(-1)}, ${way}, skipLibCheck false`,
        () => void run(process.execPath, [compiler, ...flags, ...more, '--types', 'node', file]),
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
