/** Ctrl-C or a request to terminate. */
export interface Interruption {
  /** Resolves when it comes. */
  readonly happened: Promise<void>;
  /** Stops listening for it, so that the process may end by itself. */
  release(): void;
}

/** Listens for an interruption; a second one ends the process the usual way. */
export function onInterruption(): Interruption {
  let release = () => {};
  const happened = new Promise<void>((resolve) => {
    const stop = () => {
      release();
      resolve();
    };
    // A signal handler alone keeps no process alive.
    const awake = setInterval(() => {}, 2 ** 30);
    release = () => {
      clearInterval(awake);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  return { happened, release: () => release() };
}
