const KEY = 'read';
// As many as a sandbox keeps messages; who reads more has forgotten the first.
const KEPT = 5000;

/** Which messages were opened in this tab. */
export class ReadMarks {
  readonly #ids = new Set<string>(stored());

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    try {
      sessionStorage.setItem(KEY, JSON.stringify([...this.#ids].slice(-KEPT)));
    } catch {
      // It holds until the page is closed.
    }
  }
}

function stored(): string[] {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}
