/** Origin of a service on this machine, as clients write it: without the port that is the scheme's own (443, 80). */
export function originOf(scheme: 'http' | 'https', host: string, port: number): string {
  return new URL(`${scheme}://${host}:${port}`).origin;
}
