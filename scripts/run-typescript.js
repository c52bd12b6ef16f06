// Runs a TypeScript program of the tests in this process, with the sources as they are now.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} program its path, from the root of the repository */
export async function runTypeScript(program) {
  // Inside node_modules, so that packages are found from there and git does not see it.
  const folder = path.join(root, 'node_modules/.cache/nodemailer-graph-transport');
  const file = path.join(folder, `${path.parse(program).name}-${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  try {
    await build({
      entryPoints: [path.join(root, program)],
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
}
