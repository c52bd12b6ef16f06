// So many are remembered; the oldest are forgotten.
const KEPT = 10_000;

/** The access tokens, by id, that a claims challenge has refused and that are refused whenever they are shown again. */
export class ChallengedTokens {
  readonly #ids = new Set<string>();

  add(id: string): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (oldest !== undefined && this.#ids.size > KEPT) this.#ids.delete(oldest);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}
