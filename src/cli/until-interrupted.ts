/** Waits for Ctrl-C or a request to terminate. A second Ctrl-C ends the process the usual way. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      clearInterval(awake);
      resolve();
    };
    // A signal handler alone keeps no process alive.
    const awake = setInterval(() => {}, 2 ** 30);
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
