// The contract against a real tenant; see docs/live-tests.md. Started by scripts/test-live.js.

import { Target } from '../../src/cli/live/common/target.js';
import { MOST_MAILS, runLive } from '../../src/cli/live/run.js';
import { livePlace } from './live-environment.js';

try {
  const target = new Target({ ...livePlace(process.env), maxMails: MOST_MAILS });
  // Ctrl-C once ends the run and lets it delete its drafts; twice ends it at once.
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));
  try {
    const run = await runLive(target, { print: (line) => console.log(line), signal: interrupted.signal });
    if (run.end === 'interrupted') throw interrupted.signal.reason;
    const fails = run.results.some(({ mark, verdict }) => mark !== 'open' && verdict === 'did not hold');
    process.exitCode = fails ? 1 : 0;
  } finally {
    target.close();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
