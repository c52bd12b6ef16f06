/**
 * A string for Windows PowerShell 5.1 and PowerShell 7, whatever is in it. Only printable ASCII comes out, so that the script
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
