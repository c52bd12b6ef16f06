// Kills bulk runs and goes on with them, hundreds of times; see test/crash. An argument chooses the points by their names.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, 'node_modules/.cache/nodemailer-graph-transport');
const file = path.join(folder, `crash-matrix-${process.pid}.mjs`);

process.env.CRASH_ROOT = root;
mkdirSync(folder, { recursive: true });
try {
  await build({
    entryPoints: [path.join(root, 'test/crash/matrix.ts')],
    outfile: file,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
  });
  await import(pathToFileURL(file).href);
} finally {
  rmSync(file, { force: true });
}
