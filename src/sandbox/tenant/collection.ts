/** Entries of one kind in the tenant, each with a key: what may be changed while the sandbox runs. */
export interface TenantCollection<Options, Entry> {
  /** As configured; what has yet to take effect is among them. */
  list(): Entry[];
  /** By its key, in any letter case. */
  get(key: string): Entry | undefined;
  /** Adds an entry, or changes the one of that key. Throws an Error that names the field, what was given and what is expected. */
  set(options: Options): Entry;
  /** `false` when there was none. Throws when something else in the tenant needs it. */
  remove(key: string): boolean;
}

/** The same while it is filled: `what` starts the sentence of an error. */
export interface LoadableCollection<Options, Entry> extends TenantCollection<Options, Entry> {
  set(options: Options, what?: string): Entry;
}

/** The first free of `base`, `base-1`, `base-2` …, as Exchange names what was given no name. */
export function freeName(base: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(base)) return base;
  for (let number = 1; ; number += 1) {
    const name = `${base}-${number}`;
    if (!isTaken(name)) return name;
  }
}
