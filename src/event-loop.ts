/** Waits for turns of the event loop; between two of them it has looked at every connection. */
export function turns(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const next = () => (left-- > 0 ? setImmediate(next) : resolve());
    next();
  });
}
