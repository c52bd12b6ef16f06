/** A path as somebody types it: quoted only where it must be. */
export function shellPath(path: string): string {
  return /^[\w./:@%+=-]+$/.test(path) && !path.startsWith('-') ? path : quoteSh(path);
}

/** A word for a POSIX shell, whatever is in it. */
export function quoteSh(text: string): string {
  if (text.includes('\0')) throw new RangeError('A shell word cannot hold a NUL character.');
  return `'${text.replaceAll("'", "'\\''")}'`;
}
