// Counts what was accepted, by the number that every mail carries.

/** Bytes at the top of a message in which its number stands. */
export const headLimit = 4096;

export class Submissions {
  #seen = new Map();

  /** @param head the first bytes of a message that was accepted */
  add(head) {
    const number = Number(/bench-(\d{7})/.exec(head)?.[1]);
    this.#seen.set(number, (this.#seen.get(number) ?? 0) + 1);
  }

  /**
   * @param count mails that were given to a client, numbered from 1
   * @param failed the numbers of those that it reported as failed
   */
  judge(count, failed) {
    const reported = new Set(failed);
    let accepted = 0;
    let duplicated = 0;
    let lost = 0;
    for (let number = 1; number <= count; number++) {
      const times = this.#seen.get(number) ?? 0;
      if (times > 0) accepted++;
      if (times > 1) duplicated++;
      if (times === 0 && !reported.has(number)) lost++;
    }
    return { accepted, duplicated, lost, unnumbered: this.#seen.get(Number.NaN) ?? 0 };
  }

  clear() {
    this.#seen.clear();
  }
}
