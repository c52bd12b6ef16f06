import type { BulkSummary } from '../../bulk/common/bulk-results.js';
import type { BulkRun } from '../../bulk/send-bulk.js';
import { onInterruptions } from '../common/interruption.js';
import type { Terminal } from '../common/terminal.js';
import type { RunView } from './run-view.js';

export interface FollowOptions {
  /** A folder as it is shown to a person. */
  shownFolder(folder: string): string;
  /** What is added when somebody interrupts. */
  advice(folder: string | undefined): string;
}

/**
 * Shows a run until it ends. The first interruption lets it finish what is in flight, the second gives that up.
 * @throws what `finished` throws: nothing was sent then
 */
export async function followRun(
  run: BulkRun,
  view: RunView,
  terminal: Pick<Terminal, 'signals'>,
  { shownFolder, advice }: FollowOptions,
): Promise<BulkSummary> {
  const release = onInterruptions(
    [
      () => {
        run.stop();
        view.note(`Stopping: what is in flight is finished; interrupt again to give it up.${advice(run.folder)}`);
      },
      () => {
        run.abort();
        view.note('Giving up what is in flight: some of it may have been sent, and counts as unknown then.');
      },
    ],
    terminal.signals,
  );
  run.on('started', ({ id, folder }) => {
    view.started({ id, folder: folder && shownFolder(folder), progress: () => run.progress });
  });
  run.on('throttled', (event) => view.throttled(event));
  try {
    // What ends the run is told by `finished`.
    await showResults(run, view).catch(() => {});
    return await run.finished;
  } finally {
    release();
    view.finished();
  }
}

async function showResults(run: BulkRun, view: RunView): Promise<void> {
  for await (const result of run) {
    view.result(result);
    view.progressed();
  }
}
