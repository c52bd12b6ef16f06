// Installs this package, packed as its users get it, with package managers that lay out packages in other ways than npm, and
// runs the program of test/bundlers there: Yarn Plug'n'Play, which has no node_modules and a file system of its own, and pnpm
// with nothing hoisted. The package managers come from test/package-managers, which has a lock of its own; what they install
// comes from npm's registry, as npm is configured.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = path.join(root, 'test/package-managers');
const work = mkdtempSync(path.join(tmpdir(), 'package-managers-'));
const tarball = path.join(work, 'package.tgz');
const manifest = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const npmConfig = (name) => execFileSync('npm', ['config', 'get', name], { encoding: 'utf8', cwd: work }).trim();

/** Loads each entry as CommonJS, and what a program must not reach is out of reach. */
const loader = `
const assert = require('node:assert/strict');
assert.equal(typeof require('nodemailer-graph-transport').graphTransport, 'function');
assert.equal(typeof require('nodemailer-graph-transport/bulk').sendBulk, 'function');
assert.equal(typeof require('nodemailer-graph-transport/sandbox').startSandbox, 'function');
assert.throws(() => require('node-forge'), 'nothing is hoisted');
console.log('all loaded');
`;

const managers = {
  "Yarn Plug'n'Play": {
    bin: '@yarnpkg/cli-dist/bin/yarn.js',
    files: {
      '.yarnrc.yml': 'nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\nenableScripts: false\n',
      'yarn.lock': '',
    },
    env: () => {
      const registry = npmConfig('registry');
      const { protocol, hostname } = new URL(registry);
      return {
        YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ''),
        ...(protocol === 'http:' && { YARN_UNSAFE_HTTP_WHITELIST: hostname }),
        YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
        YARN_GLOBAL_FOLDER: path.join(work, 'yarn'),
        YARN_IGNORE_PATH: '1',
      };
    },
    install: ['install'],
    node: ['node'],
    bins: ['run'],
  },
  'pnpm, nothing hoisted': {
    bin: 'pnpm/bin/pnpm.cjs',
    files: {
      'pnpm-workspace.yaml': `hoist: false\nnodeLinker: isolated\nminimumReleaseAge: 0\nstoreDir: ${path.join(work, 'store')}\n`,
    },
    env: () => ({ npm_config_registry: npmConfig('registry') }),
    install: ['install', '--ignore-scripts', '--no-frozen-lockfile'],
    node: ['exec', 'node'],
    bins: ['exec'],
  },
};

function prepare() {
  const packed = path.join(work, 'packed');
  mkdirSync(packed);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', packed], { cwd: root, stdio: 'ignore' });
  copyFileSync(path.join(packed, readdirSync(packed)[0]), tarball);
  execFileSync('npm', ['ci', '--silent', '--ignore-scripts'], { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
  const file = (name) => path.join(work, name);
  const openssl = (args) => execFileSync('openssl', args, { stdio: 'pipe' });
  const subject = ['-subj', '/CN=demo', '-days', '2'];
  openssl(['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, '-keyout', file('key'), '-out', file('pem')]);
  const passout = ['-passout', 'pass:right-password'];
  openssl(['pkcs12', '-export', '-inkey', file('key'), '-in', file('pem'), ...passout, '-out', file('pfx')]);
  return { DEMO_CERTIFICATE: file('pem'), DEMO_PFX: file('pfx') };
}

/** An empty project with this package and Nodemailer; returns a function that runs a command of the package manager in it. */
function project(name, { bin, files, env, install }, certificates) {
  const folder = mkdtempSync(path.join(work, 'project-'));
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
  copyFileSync(tarball, path.join(folder, 'package.tgz'));
  copyFileSync(path.join(root, 'test/bundlers/program.js'), path.join(folder, 'program.js'));
  writeFileSync(path.join(folder, 'loader.cjs'), loader);
  const { nodemailer } = manifest('test/bundlers/package.json').dependencies;
  const dependencies = { nodemailer, 'nodemailer-graph-transport': 'file:./package.tgz' };
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ name: 'program', private: true, type: 'module', dependencies }),
  );
  const all = { ...process.env, ...env(), ...certificates, DEMO_RUN: path.join(folder, 'run') };
  const run = (args) => {
    const command = [path.join(home, 'node_modules', bin), ...args];
    return spawnSync(process.execPath, command, { cwd: folder, env: all, encoding: 'utf8' });
  };
  const { status, stdout, stderr } = run(install);
  if (status !== 0) throw new Error(`${name} does not install:\n${stdout}${stderr}`);
  return run;
}

function check(what, { status, stdout, stderr }, expected) {
  const ok = status === 0 && stdout.trim().split('\n').at(-1) === expected;
  console.log(`${ok ? '✓' : '✗'} ${what}`);
  if (ok) return;
  console.log(`${stdout}${stderr}`);
  process.exitCode = 1;
}

try {
  const certificates = prepare();
  const wanted = process.argv.slice(2);
  for (const [name, manager] of Object.entries(managers)) {
    if (wanted.length > 0 && !wanted.some((part) => name.toLowerCase().includes(part))) continue;
    const run = project(name, manager, certificates);
    const { node, bins } = manager;
    check(`${name}: transport, factory, PFX, bulk and sandbox`, run([...node, 'program.js']), '3 messages arrived');
    check(`${name}: CommonJS`, run([...node, 'loader.cjs']), 'all loaded');
    const { version } = manifest('package.json');
    check(`${name}: the command line`, run([...bins, 'nodemailer-graph-transport', '--version']), version);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
