// Bundles test/bundlers/program.js in the usual ways, and runs each bundle alone in an empty folder, so that nothing
// can come from node_modules. Installs the bundlers with their own lock, and this package among them as its users get it.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = path.join(root, 'test/bundlers');
const matrix = path.join(root, 'test/matrix');
const place = path.join(home, 'node_modules/nodemailer-graph-transport');
const program = path.join(home, 'program.js');
const require = createRequire(path.join(home, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const work = mkdtempSync(path.join(tmpdir(), 'bundlers-'));
const run = (command, args, cwd = root) => execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
const manifest = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

/** MSAL is CommonJS, and calls require() for Node's modules: an output that is not CommonJS must be given one. Documented for users. */
const requireBanner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Each writes its bundle into a folder, and returns the file to run. */
const bundlers = {
  'esbuild, CommonJS': (out) => esbuild(out, { format: 'cjs' }, 'bundle.cjs'),
  'esbuild, CommonJS, minified': (out) => esbuild(out, { format: 'cjs', minify: true }, 'bundle.cjs'),
  'esbuild, ES module': (out) => esbuild(out, { format: 'esm', banner: { js: requireBanner } }, 'bundle.mjs'),
  'rollup, ES module': (out) => rollup(out, 'es', 'bundle.mjs'),
  'rollup, CommonJS': (out) => rollup(out, 'cjs', 'bundle.cjs'),
  'rolldown, ES module': (out) => rolldown(out, 'esm', 'bundle.mjs'),
  'rolldown, CommonJS': (out) => rolldown(out, 'cjs', 'bundle.cjs'),
  'Vite, SSR': vite,
  webpack,
  'ncc, CommonJS': (out) => ncc(out, 'commonjs'),
  'ncc, ES module': (out) => ncc(out, 'module'),
};

async function esbuild(out, options, name) {
  const { build } = await load('esbuild');
  const outfile = path.join(out, name);
  await build({ entryPoints: [program], bundle: true, platform: 'node', target: 'node20', outfile, ...options });
  return outfile;
}

async function rollup(out, format, name) {
  const { rollup: bundle } = await load('rollup');
  const [{ default: resolve }, { default: commonjs }, { default: json }] = await Promise.all(
    ['node-resolve', 'commonjs', 'json'].map((plugin) => load(`@rollup/plugin-${plugin}`)),
  );
  const bundled = await bundle({
    input: program,
    plugins: [resolve({ preferBuiltins: true }), commonjs(), json()],
    logLevel: 'silent',
  });
  const file = path.join(out, name);
  await bundled.write({ file, format, inlineDynamicImports: true });
  return file;
}

async function rolldown(out, format, name) {
  const { rolldown: bundle } = await load('rolldown');
  const bundled = await bundle({ input: program, platform: 'node', logLevel: 'silent' });
  const file = path.join(out, name);
  await bundled.write({ file, format, codeSplitting: false });
  return file;
}

async function vite(out) {
  const { build } = await load('vite');
  await build({
    root: home,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: { ssr: program, outDir: out, emptyOutDir: false },
  });
  // Vite names it after the package's type.
  writeFileSync(path.join(out, 'package.json'), '{"type":"module"}');
  return path.join(out, 'program.js');
}

async function webpack(out) {
  const { default: bundle } = await load('webpack');
  const stats = await new Promise((resolve, reject) =>
    bundle(
      { entry: program, target: 'node20', mode: 'production', output: { path: out, filename: 'bundle.cjs' } },
      (error, result) => (error ? reject(error) : resolve(result)),
    ),
  );
  if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
  return path.join(out, 'bundle.cjs');
}

/** ncc writes CommonJS or ES modules as the nearest package.json says. */
async function ncc(out, type) {
  const source = mkdtempSync(path.join(home, 'ncc-'));
  try {
    writeFileSync(path.join(source, 'package.json'), JSON.stringify({ type }));
    const entry = path.join(source, 'program.mjs');
    copyFileSync(program, entry);
    const { default: bundle } = await load('@vercel/ncc');
    const { code, assets } = await bundle(entry, { cache: false, quiet: true, esm: type === 'module' });
    for (const [name, { source: content }] of Object.entries(assets)) {
      mkdirSync(path.dirname(path.join(out, name)), { recursive: true });
      writeFileSync(path.join(out, name), content);
    }
    const file = path.join(out, type === 'module' ? 'index.mjs' : 'index.cjs');
    writeFileSync(file, code);
    return file;
  } finally {
    rmSync(source, { recursive: true, force: true });
  }
}

function install() {
  const packed = path.join(work, 'packed');
  mkdirSync(packed);
  run('npm', ['pack', '--silent', '--pack-destination', packed]);
  run('npm', ['ci', '--silent', '--ignore-scripts'], home);
  const [tarball] = readdirSync(packed);
  mkdirSync(place);
  // Unpacked and not installed by npm, which would write this machine's path and the tarball's hash into the lock.
  run('tar', ['-xzf', path.join(packed, tarball), '--strip-components=1', '-C', place]);
  const installed = manifest(home).dependencies;
  for (const [name, range] of Object.entries(manifest(place).dependencies)) {
    if (installed[name] !== range) throw new Error(`The package needs ${name} ${range}: so must test/bundlers.`);
  }
}

function makeCertificates() {
  const file = (name) => path.join(work, name);
  const quietly = (args) => execFileSync('openssl', args, { stdio: 'pipe' });
  const subject = ['-subj', '/CN=demo', '-days', '2'];
  quietly(['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, '-keyout', file('key'), '-out', file('pem')]);
  const passout = ['-passout', 'pass:right-password'];
  quietly(['pkcs12', '-export', '-inkey', file('key'), '-in', file('pem'), ...passout, '-out', file('pfx')]);
  return { DEMO_CERTIFICATE: file('pem'), DEMO_PFX: file('pfx') };
}

/** Runs a bundle in a folder with nothing else in it. */
function tryOut(what, command, args, out, certificates) {
  const env = { ...process.env, ...certificates, DEMO_RUN: path.join(out, 'run') };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: out, env, encoding: 'utf8' });
  const ok = status === 0 && stdout.trim() === '3 messages arrived';
  console.log(`${ok ? '✓' : '✗'} ${what}`);
  if (!ok) fail(`${stdout}${stderr}`);
}

function fail(text) {
  console.log(text);
  process.exitCode = 1;
}

/** A single executable of Node 26, which builds it itself. */
function singleExecutable(bundle, certificates) {
  const node = path.join(matrix, 'node_modules/node26/bin/node');
  if (!existsSync(node)) run('npm', ['ci', '--silent', '--omit=optional'], matrix);
  const out = mkdtempSync(path.join(work, 'sea-'));
  const output = path.join(out, 'program');
  const config = path.join(work, 'sea.json');
  writeFileSync(config, JSON.stringify({ main: bundle, output, disableExperimentalSEAWarning: true }));
  run(node, ['--build-sea', config]);
  tryOut('Node 26, single executable', output, [], out, certificates);
}

try {
  install();
  const certificates = makeCertificates();
  const wanted = process.argv.slice(2);
  const chosen = Object.entries(bundlers).filter(
    ([name]) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
  );
  for (const [name, bundle] of chosen) {
    const out = mkdtempSync(path.join(work, 'out-'));
    try {
      tryOut(name, process.execPath, [await bundle(out)], out, certificates);
    } catch (error) {
      console.log(`✗ ${name}`);
      fail(error.stack);
    }
  }
  if (wanted.length === 0 || wanted.includes('sea')) {
    const out = mkdtempSync(path.join(work, 'out-'));
    singleExecutable(await bundlers['esbuild, CommonJS'](out), certificates);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
