// Tries the contract of test/contract against a real tenant, which GRAPH_LIVE_* name; see docs/live-tests.md.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, 'node_modules/.cache/nodemailer-graph-transport');
const file = path.join(folder, `live-${process.pid}.mjs`);

mkdirSync(folder, { recursive: true });
try {
  await build({
    entryPoints: [path.join(root, 'test/contract/live.ts')],
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
