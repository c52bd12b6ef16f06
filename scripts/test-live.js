// Tries the contract of test/contract against a real tenant, which GRAPH_LIVE_* name; see docs/live-tests.md.
import { runTypeScript } from './run-typescript.js';

await runTypeScript('test/contract/live.ts');
