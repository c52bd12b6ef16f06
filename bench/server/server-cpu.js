/** Milliseconds of CPU that this process has used since `before`. */
export function serverCpu(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
