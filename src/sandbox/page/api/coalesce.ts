/** Runs one at a time; the calls that are made meanwhile become one more run together. */
export function coalesced(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let again = false;
  const runs = async (): Promise<void> => {
    do {
      again = false;
      await run();
    } while (again);
  };
  return () => {
    if (running) again = true;
    else {
      running = runs().finally(() => {
        running = undefined;
      });
    }
    return running;
  };
}
