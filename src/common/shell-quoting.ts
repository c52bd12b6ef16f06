/**
 * How a text becomes a word of a command that will be copied: for a POSIX shell, and on Windows for PowerShell. Every command
 * in a hint, a report or a document is put together here, since file names may hold anything.
 */

// What a terminal interprets, or shows in another order. A line break may stand between quotes.
const unprintable = /(?!\n)[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** A word for a POSIX shell, whatever is in it. */
export function quoteSh(text: string): string {
  refuseNul(text);
  if (!unprintable.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const parts = text.split(new RegExp(`((?:${unprintable.source})+)`, 'u')).filter((part) => part !== '');
  return parts.map((part) => (unprintable.test(part) ? `"$(printf '${octal(part)}')"` : quoteSh(part))).join('');
}

/** Neither an argument nor a file name can hold one. */
function refuseNul(text: string): void {
  if (text.includes('\0')) throw new RangeError('A shell word cannot hold a NUL character.');
}

function octal(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * A string for Windows PowerShell 5.1 and PowerShell 7, whatever is in it. Only printable ASCII comes out, so that a script
 * means the same in every encoding, and after it was mailed or pasted. Typographic quotes, which PowerShell takes for
 * quotes, become character codes with the rest.
 */
export function quotePowerShell(text: string): string {
  const parts = text.match(/[\x20-\x7e]+|[^\x20-\x7e]/g) ?? [];
  const literals = parts.map((part) =>
    /^[\x20-\x7e]/.test(part) ? `'${part.replaceAll("'", "''")}'` : `[char]0x${part.charCodeAt(0).toString(16)}`,
  );
  const [only = "''"] = literals;
  if (literals.length <= 1 && only.startsWith("'")) return only;
  // A string comes first: [char] + [char] would be a sum of numbers.
  return `(${['', ...literals].map((literal) => literal || "''").join(' + ')})`;
}

/** An array of strings; `@()` when there are none. */
export function quotePowerShellList(texts: readonly string[]): string {
  return `@(${texts.map(quotePowerShell).join(', ')})`;
}

/** A word of a command, quoted only where the shell of the system would otherwise take it apart. */
export function shellWord(word: string, platform: NodeJS.Platform): string {
  if (/^--?[a-z][a-z-]*$/i.test(word)) return word;
  if (platform !== 'win32') return /^[\w./:@-][\w./:@%+=-]*$/.test(word) ? word : quoteSh(word);
  refuseNul(word);
  // A number would be read as one, and @name as a variable.
  return /^[a-z.][\w./:\\-]*$/i.test(word) ? word : quotePowerShell(word);
}

/** A command to copy. */
export function shellCommand(words: readonly string[], platform: NodeJS.Platform): string {
  return words.map((word) => shellWord(word, platform)).join(' ');
}

/** A path as a word of {@link shellCommand}: one that begins with a dash would be taken for a flag. */
export function fileWord(file: string): string {
  return file.startsWith('-') ? `./${file}` : file;
}

/**
 * How a variable is set in the shell that is customary on this system; the value is quoted, whatever is in it.
 * @internal
 */
export function setVariable(name: string, value: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return `$env:${name} = ${quotePowerShell(value)}`;
  return `export ${name}=${quoteSh(value)}`;
}
