const longest = 320;
/** With a type, names and brackets around it; what is longer would only keep the pattern busy. */
const longestField = 1000;

/** The address in a field such as `rfc822;a@b.example`, `utf-8;…` (RFC 6533 §3) or `<a@b.example>`; undefined if it has none. */
export function plainAddress(field: string | undefined): string | undefined {
  if (field === undefined || field.length > longestField) return undefined;
  const [, type, rest] = /^\s*([\w-]+)\s*;(.*)$/s.exec(field) ?? [undefined, '', field];
  const text = /^utf-8$/i.test(type ?? '') ? unembedded(rest ?? '') : (rest ?? '');
  const address = /^[\s<'"]*([^\s<>"']+@[^\s<>"',;]+?)[\s>'"]*$/.exec(text)?.[1];
  return address === undefined || address.length > longest ? undefined : address;
}

/** `\x{e9}` is é. */
function unembedded(text: string): string {
  return text.replace(/\\x\{([0-9a-f]{2,6})\}/gi, (escaped, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code > 0x10ffff ? escaped : String.fromCodePoint(code);
  });
}
