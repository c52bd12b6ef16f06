import { canonicalAddress, canonicalDomain } from '../../common/canonical-address.js';
import { addressProblem, domainProblem } from '../common/email-address.js';
import { BulkInputError, quote } from '../common/errors.js';

/** Who must not get mail: by address, by domain, or by what stands under a domain. Each entry as it was written. */
export class SuppressionEntries {
  readonly #addresses = new Map<string, string>();
  readonly #domains = new Map<string, string>();
  readonly #under = new Map<string, string>();

  /**
   * Adds `ana@example.com`, `@example.com` or `example.com` (that domain exactly), or `*.example.com` (everything under it,
   * and not itself).
   * @returns why it is none of these, or undefined
   */
  add(entry: string): string | undefined {
    const name = entry.replace(/^@/, '');
    if (name.includes('@')) {
      const problem = name.startsWith('*@')
        ? `is no address; write it without the asterisk for the domain`
        : addressProblem(entry);
      if (!problem) this.#addresses.set(canonicalAddress(entry), entry);
      return problem;
    }
    const under = name.startsWith('*.');
    const domain = under ? name.slice(2) : name;
    if (domainProblem(domain)) return 'is no address and no domain';
    (under ? this.#under : this.#domains).set(canonicalDomain(domain), entry);
    return undefined;
  }

  /** The entry that names an address, or undefined. */
  find(address: string): string | undefined {
    const canonical = canonicalAddress(address);
    const found = this.#addresses.get(canonical);
    if (found !== undefined) return found;
    const domain = canonical.slice(canonical.lastIndexOf('@') + 1);
    return this.#domains.get(domain) ?? this.#findUnder(domain);
  }

  #findUnder(domain: string): string | undefined {
    if (this.#under.size === 0) return undefined;
    for (let dot = domain.indexOf('.'); dot !== -1; dot = domain.indexOf('.', dot + 1)) {
      const entry = this.#under.get(domain.slice(dot + 1));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  get size(): number {
    return this.#addresses.size + this.#domains.size + this.#under.size;
  }
}

/**
 * A file's text: an entry a line, empty lines, and comments from a `#` at the beginning of a line or after a space.
 * @throws BulkInputError with the line that is none of these
 */
export function parseSuppressionFile(text: string, file: string): SuppressionEntries {
  const entries = new SuppressionEntries();
  for (const [index, content] of text.split(/\r\n|\r|\n/).entries()) {
    // An address may have a # in it, and no space.
    const entry = content.replace(/(?:^|\s)#.*$/s, '').trim();
    if (entry === '') continue;
    const problem = entries.add(entry);
    if (problem === undefined) continue;
    const line = index + 1;
    const message =
      `${file}, line ${line}: ${quote(entry)} ${problem}. ` +
      'A line of a suppression list holds one address, @domain, *.domain, or a comment after #';
    throw new BulkInputError(message, { line });
  }
  return entries;
}
