// The transport under test: the one that was built here, or the build in the folder that BENCH_DIST names.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const entry = process.env.BENCH_DIST
  ? pathToFileURL(path.resolve(process.env.BENCH_DIST, 'esm/index.js'))
  : new URL('../dist/esm/index.js', import.meta.url);

export const { graphTransport } = await import(entry);

/** `graphTransport` with the options that it has; those in `maybe` may be newer than the build under test. */
export function openTransport(options, maybe) {
  try {
    return graphTransport({ ...options, ...maybe });
  } catch (error) {
    if (error.code !== 'ECONFIG' || !Object.keys(maybe).some((name) => error.message.includes(name))) throw error;
    return graphTransport(options);
  }
}
