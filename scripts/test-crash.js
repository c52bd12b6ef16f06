// Kills bulk runs and resumes them, hundreds of times; see test/crash. An argument chooses the points by their names.
import { root, runTypeScript } from './run-typescript.js';

process.env.CRASH_ROOT = root;
await runTypeScript('test/crash/matrix.ts');
