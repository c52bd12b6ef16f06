import type { Clock } from '../../common/clock.js';
import { configError, GraphMailError } from '../../common/errors.js';
import type { Credential } from '../../options/settings.js';
import { type CertificateContent, readFiles, recognise, stampNow } from './content.js';
import { type PemContent, readPem } from './read-pem.js';
import { readPfx } from './read-pfx.js';
import { type SigningCertificate, signingCertificate } from './signing-certificate.js';

type CertificateCredential = Extract<Credential, { kind: 'certificate' }>;

/** What health checks may know of the certificate; no secret. */
export interface CertificateInfo {
  subject: string;
  /** SHA-1 of the certificate in hex, as the portal shows it. */
  thumbprintSha1: string;
  /** SHA-256 of the certificate in hex. */
  thumbprintSha256: string;
  validFrom: Date;
  validTo: Date;
}

/** Certificates, by SHA-256, of whose coming end this process was warned. */
const warnedOf = new Set<string>();

/**
 * The certificate to sign with. A file that was replaced is read again; while its new content is of no use, the old
 * certificate serves on. All that is secret is in private fields, which no inspection shows.
 */
export class CertificateSource {
  readonly #credential: CertificateCredential;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  #stamp: string | undefined;
  /** What was read but never yet opened: a PFX. */
  #unopened: readonly CertificateContent[] | undefined;
  #current: SigningCertificate | undefined;
  #mustRead = false;
  #reading: Promise<void> | undefined;
  /** Why the files cannot replace the current certificate. */
  #complaint: string | undefined;

  /**
   * PEM is read and checked here; a PFX, whose password takes time to work through, at the first {@link get}. `warn` is
   * told in words of a certificate that ends soon, and of files that were replaced by something unusable.
   * @throws GraphMailError `ECONFIG`
   */
  constructor(credential: CertificateCredential, clock: Clock, warn: (message: string) => void) {
    this.#credential = credential;
    this.#clock = clock;
    this.#warn = warn;
    const contents = this.#load();
    if (isPem(contents)) this.#current = this.#fromPem(contents);
    else this.#unopened = contents;
  }

  /** `undefined` until a PFX was first opened. */
  get info(): CertificateInfo | undefined {
    if (!this.#current) return undefined;
    const { subject, thumbprintSha1, thumbprintSha256, validFrom, validTo } = this.#current;
    return { subject, thumbprintSha1, thumbprintSha256, validFrom: new Date(validFrom), validTo: new Date(validTo) };
  }

  /**
   * The certificate to sign with now.
   * @throws GraphMailError `ECONFIG` for a PFX that cannot be opened, `EAUTH` for a certificate outside its validity
   */
  async get(): Promise<SigningCertificate> {
    if (!this.#reading && this.#mayHaveChanged()) {
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
    }
    await this.#reading;
    const current = this.#current as SigningCertificate;
    const now = this.#now();
    checkValidity(current, now, this.#complaint);
    const warning = expiryWarning(current, now);
    if (warning !== undefined && !warnedOf.has(current.thumbprintSha256)) {
      warnedOf.add(current.thumbprintSha256);
      this.#warn(warning);
    }
    return current;
  }

  /** Reads the files again before the next {@link get}, even if they look unchanged. */
  recheck(): void {
    this.#mustRead = 'paths' in this.#credential.source;
  }

  #mayHaveChanged(): boolean {
    const { source } = this.#credential;
    if (this.#mustRead || !this.#current) return true;
    return 'paths' in source && stampNow(source.paths) !== this.#stamp;
  }

  async #read(): Promise<void> {
    try {
      const contents = this.#takeContents();
      this.#replace(isPem(contents) ? this.#fromPem(contents) : await this.#fromPfx(contents));
    } catch (error) {
      if (!this.#current || !(error instanceof GraphMailError)) throw error;
      this.#keep(this.#current, error);
    }
  }

  #replace(fresh: SigningCertificate): void {
    const now = this.#now();
    // One that is not valid yet, or no more, does not push out one that is.
    if (this.#current && isValid(this.#current, now)) checkValidity(fresh, now);
    this.#current = fresh;
    this.#unopened = undefined;
    this.#complaint = undefined;
  }

  #keep(current: SigningCertificate, { message, hint }: GraphMailError): void {
    // Half-written files are complete a moment later, and permissions change without a trace in the stamp.
    this.#mustRead = true;
    const complaint = `The certificate's files changed, but cannot be used: ${message}${hint ? ` ${hint}` : ''}`;
    if (complaint !== this.#complaint) this.#warn(`${complaint} Until they can, ${named(current)} signs on.`);
    this.#complaint = complaint;
  }

  /** What the constructor read, if it still stands; otherwise what the files hold now. */
  #takeContents(): readonly CertificateContent[] {
    const { source } = this.#credential;
    const unchanged = !this.#mustRead && (!('paths' in source) || stampNow(source.paths) === this.#stamp);
    this.#mustRead = false;
    if (unchanged && this.#unopened) return this.#unopened;
    const contents = this.#load();
    if (!this.#current) this.#unopened = contents;
    return contents;
  }

  #load(): readonly CertificateContent[] {
    const { source, from } = this.#credential;
    const contents = this.#readContents().map((content) => recognise(content, from));
    if (contents.length > 1 && !isPem(contents)) {
      throw configError(
        `${from} gives a PFX together with another ${'paths' in source ? 'file' : 'content'}.`,
        'Give the PFX alone: it holds certificate, key and chain.',
      );
    }
    return contents;
  }

  #readContents(): readonly (string | Uint8Array)[] {
    const { source, from } = this.#credential;
    if ('contents' in source) return source.contents;
    const { contents, stamp } = readFiles(source.paths, from);
    this.#stamp = stamp;
    return contents;
  }

  #fromPem(contents: readonly PemContent[]): SigningCertificate {
    const { password, from } = this.#credential;
    return signingCertificate(readPem(contents, password, from), from);
  }

  async #fromPfx([content]: readonly CertificateContent[]): Promise<SigningCertificate> {
    const { password, from } = this.#credential;
    return signingCertificate(await readPfx((content as { bytes: Buffer }).bytes, password, from), from);
  }

  #now(): Date {
    return new Date(this.#clock.now());
  }
}

function isPem(contents: readonly CertificateContent[]): contents is readonly PemContent[] {
  return contents.every(({ kind }) => kind !== 'pfx');
}

type Dated = Pick<SigningCertificate, 'subject' | 'thumbprintSha1' | 'validFrom' | 'validTo'>;

const day = 86_400_000;
const warningPeriod = 30 * day;

const renew =
  'Make a new certificate, upload its public part to the app registration (Certificates & secrets), and put it in place of this one.';

/** How messages name a certificate: as an administrator finds it in the portal. */
function named({ subject, thumbprintSha1 }: Dated): string {
  return `${subject} (thumbprint ${thumbprintSha1})`;
}

/**
 * Checked when a token is requested and not at construction, so that a program whose certificate ran out still starts and
 * only its mail fails. `remark` goes before the hint: why a newer certificate does not serve instead.
 * @throws GraphMailError `EAUTH`, not sent
 */
export function checkValidity(certificate: Dated, now: Date, remark?: string): void {
  const { validFrom, validTo } = certificate;
  const fail = (what: string, hint: string) =>
    new GraphMailError(`The certificate ${named(certificate)} ${what}.`, {
      code: 'EAUTH',
      permanent: true,
      command: 'TOKEN',
      hint: remark === undefined ? hint : `${remark} ${hint}`,
    });
  if (now > validTo) throw fail(`expired on ${validTo.toISOString()}`, renew);
  if (now < validFrom) {
    throw fail(
      `is not valid before ${validFrom.toISOString()}`,
      `Check this machine's clock (it says ${now.toISOString()}), or wait until the certificate is valid.`,
    );
  }
}

function isValid(certificate: Dated, now: Date): boolean {
  return now >= certificate.validFrom && now <= certificate.validTo;
}

/** What to tell about a certificate in its last 30 days. */
function expiryWarning(certificate: Dated, now: Date): string | undefined {
  const left = certificate.validTo.getTime() - now.getTime();
  if (left > warningPeriod) return undefined;
  const days = Math.floor(left / day);
  const when = days === 0 ? 'in less than a day' : `in ${days} ${days === 1 ? 'day' : 'days'}`;
  return `The certificate ${named(certificate)} expires ${when}, on ${certificate.validTo.toISOString()}. ${renew}`;
}
