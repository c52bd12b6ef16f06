// The most memory that this process takes from now on.

/** @returns a function that ends the watch and gives MB above what there was when it began */
export function watchMemory() {
  const start = process.memoryUsage.rss();
  // The system's own record is exact, but of no use where it is from before.
  const recordAtStart = process.resourceUsage().maxRSS * 1024;
  let peak = start;
  const sample = () => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, 50);
  return () => {
    clearInterval(timer);
    sample();
    const record = process.resourceUsage().maxRSS * 1024;
    if (record > recordAtStart) peak = Math.max(peak, record);
    return (peak - start) / 1e6;
  };
}
