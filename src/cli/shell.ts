import { quoteSh } from '../quote-sh.js';

/** How a variable is set in the shell that is customary on this system; the value is quoted, whatever is in it. */
export function setVariable(name: string, value: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `$env:${name} = '${value.replaceAll("'", "''")}'`;
  return `export ${name}=${quoteSh(value)}`;
}
