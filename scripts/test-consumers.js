// Installs the programs in test/consumers with their own lock, lays this package among them, packed as its users get it,
// and runs their tests.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const consumers = path.join(root, 'test/consumers');
const place = path.join(consumers, 'node_modules/nodemailer-graph-transport');
const run = (command, args, cwd) => execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
const manifest = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

const packed = mkdtempSync(path.join(tmpdir(), 'packed-'));
try {
  run('npm', ['pack', '--silent', '--pack-destination', packed], root);
  run('npm', ['ci', '--silent', '--ignore-scripts'], consumers);
  const tarball = readdirSync(packed).find((name) => name.endsWith('.tgz'));
  mkdirSync(place);
  // Unpacked and not installed by npm, which would write this machine's path and the tarball's hash into the lock.
  run('tar', ['-xzf', path.join(packed, tarball), '--strip-components=1', '-C', place], root);
} finally {
  rmSync(packed, { recursive: true, force: true });
}

const installed = manifest(consumers).dependencies;
for (const [name, range] of Object.entries(manifest(place).dependencies)) {
  if (installed[name] === range) continue;
  console.error(
    `The package needs ${name} ${range}: write the same into test/consumers/package.json, and install there.`,
  );
  process.exit(1);
}

const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const args = [vitest, 'run', '--config', path.join(consumers, 'vitest.config.js'), ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
