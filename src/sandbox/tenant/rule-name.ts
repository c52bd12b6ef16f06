/** The first free of `base`, `base-1`, `base-2` …, as Exchange names what was given no name. */
export function freeName(base: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(base)) return base;
  for (let number = 1; ; number += 1) {
    const name = `${base}-${number}`;
    if (!isTaken(name)) return name;
  }
}
