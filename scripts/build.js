// tsc twice (ES modules, CommonJS), then the libraries that only the command line, bulk and sandbox use are bundled into
// dist/*/vendor, so that a production install does not bring them. Their licences go to THIRD-PARTY-NOTICES.
import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { writePageAssets } from './page.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');

async function compile(project) {
  try {
    await run(process.execPath, [tsc, '-p', project], { cwd: root });
  } catch (error) {
    process.stderr.write(error.stdout || error.message);
    process.exit(1);
  }
}

// Only the command line asks questions and reads arguments, and that is ES modules.
const commandLine = ['clack.ts', 'commander.ts'];

async function bundleVendor(format) {
  const dir = path.join(root, 'dist', format, 'vendor');
  for (const name of await readdir(dir)) if (name.endsWith('.d.ts')) await rm(path.join(dir, name));
  const names = (await readdir(path.join(root, 'src/vendor'))).filter((name) => !name.endsWith('.d.ts'));
  const libraries = names.filter((name) => !commandLine.includes(name));
  const inputs = await bundle(format, libraries, dir);
  if (format === 'cjs') return inputs;
  // Commander is CommonJS and calls require() for Node's own modules. Nothing that a program bundles may do that: the path
  // of this file that is passed here would be wrong in the bundle.
  return [...inputs, ...(await bundle(format, commandLine, dir, requireForItself))];
}

const requireForItself =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

async function bundle(format, names, outdir, banner = '') {
  const { metafile } = await build({
    entryPoints: names.map((name) => path.join(root, 'src/vendor', name)),
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: format === 'esm' ? 'esm' : 'cjs',
    banner: { js: banner },
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
  });
  return Object.keys(metafile.inputs);
}

async function writeNotices(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input);
    if (match) packages.add(match[1]);
  }
  const parts = ['This package contains code of the following packages, bundled into dist/*/vendor.\n'];
  for (const folder of [...packages].sort()) {
    const dir = path.join(root, folder);
    const { name, version, license } = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8'));
    const file = (await readdir(dir)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} is bundled but ships no licence text`);
    parts.push(`${'='.repeat(80)}\n${name} ${version} (${license})\n\n${await readFile(path.join(dir, file), 'utf8')}`);
  }
  await writeFile(path.join(root, 'THIRD-PARTY-NOTICES'), parts.join('\n'));
}

await rm(path.join(root, 'dist'), { recursive: true, force: true });
await writePageAssets();
await Promise.all([compile('tsconfig.json'), compile('tsconfig.cjs.json')]);
await mkdir(path.join(root, 'dist/cjs'), { recursive: true });
await writeFile(path.join(root, 'dist/cjs/package.json'), '{"type":"commonjs"}\n');
const inputs = await Promise.all([bundleVendor('esm'), bundleVendor('cjs')]);
await writeNotices(inputs.flat());
await chmod(path.join(root, 'dist/esm/cli/main.js'), 0o755);
