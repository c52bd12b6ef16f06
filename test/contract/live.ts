// The contract against a real tenant; see docs/live-tests.md. Started by scripts/test-live.js.
import { livePlace } from './live-environment.js';
import { runLive } from './live-run.js';
import { Target } from './target.js';

try {
  const target = new Target(livePlace(process.env));
  // Ctrl-C once ends the run and lets it delete its drafts; twice ends it at once.
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));
  try {
    const { cases } = await runLive(target, (line) => console.log(line), interrupted.signal);
    process.exitCode = cases['did not hold'] === 0 ? 0 : 1;
  } finally {
    target.close();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
