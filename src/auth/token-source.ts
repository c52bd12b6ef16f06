import type { Clock } from '../common/clock.js';
import { isGraphMailError } from '../common/errors.js';

/** A bearer token and how long it is good for. (fact token-1) */
export interface AccessToken {
  token: string;
  /** Milliseconds from its receipt on. */
  lifetime: number;
}

/** Fetches a new token; `claims` answers a claims challenge (continuous access evaluation). */
export type TokenRequest = (claims?: string) => Promise<AccessToken>;

/** A token this close to its end (ms) is not used any more: the request that carries it takes time. */
const lastUse = 30_000;
/** Renewal begins this long (ms) before the end, or at half of a shorter life. */
const renewalWindow = 300_000;
/** Milliseconds for which a refused token is not replaced, after a fresh one was refused as well. */
const distrust = 10_000;
/** A permanent refusal, which only an administrator can change, is not asked for again for this long (ms). */
const refusalMemory = 1_000;
/** After a renewal in the background failed, the next one waits this long (ms). */
const renewalPause = 10_000;
/** Within so many ms no second token is fetched for the same missing role: Entra would tell every message the same. */
const roleMemory = 60_000;

/**
 * One token for all requests. However many messages wait, one request is made; renewal runs in the background while the old
 * token serves, and its failure matters only once the old token has ended. Its age is taken from a monotonic clock.
 * Where that stands still while a machine sleeps, a token is used beyond its end: Graph refuses it, and it is replaced.
 */
export class TokenSource {
  readonly #request: TokenRequest;
  readonly #clock: Clock;
  #current: { token: string; expiresAt: number; renewAt: number; claims: string | undefined } | undefined;
  #inFlight: Promise<string> | undefined;
  #trustedFrom = Number.NEGATIVE_INFINITY;
  #distrusted: string | undefined;
  #refusal: { error: unknown; until: number } | undefined;
  #claimsInFlight: string | undefined;
  /** When a token was last fetched because the one before lacked a role, by role. */
  readonly #renewedFor = new Map<string, number>();

  constructor(request: TokenRequest, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  /** A token that is valid now. Rejects with whatever the token request failed with. */
  async get(): Promise<string> {
    const now = this.#clock.elapsed();
    const current = this.#current;
    if (!current || now >= current.expiresAt - lastUse) return this.#fetch();
    if (now >= current.renewAt && !this.#inFlight) {
      current.renewAt = now + renewalPause;
      this.#fetch().catch(() => {});
    }
    return current.token;
  }

  /** A token that needs no waiting and no renewal now, if there is one. */
  get ready(): string | undefined {
    const now = this.#clock.elapsed();
    const current = this.#current;
    return current && now < current.expiresAt - lastUse && now < current.renewAt ? current.token : undefined;
  }

  /** As {@link get}, for a check of the present state: a refusal of a moment ago does not count. */
  verify(): Promise<string> {
    this.#refusal = undefined;
    return this.get();
  }

  /**
   * A token that was to take the place of a refused one was refused too, so others would be: for some seconds none is
   * fetched in place of `refused`.
   */
  distrust(refused: string): void {
    const now = this.#clock.elapsed();
    // The same token refused once more tells nothing new, and must not put off the next attempt for ever.
    if (now < this.#trustedFrom || refused === this.#distrusted) return;
    this.#distrusted = refused;
    this.#trustedFrom = now + distrust;
  }

  /** A token other than `refused`, which Graph did not accept; one with those `claims`, if it wants any. */
  async replace(refused: string, claims?: string): Promise<string> {
    const current = this.#current;
    if (current && claims === undefined && this.#clock.elapsed() < this.#trustedFrom) return current.token;
    if (current && current.token !== refused && (claims === undefined || claims === current.claims))
      return current.token;
    this.#current = undefined;
    if (this.#inFlight && claims !== undefined && claims !== this.#claimsInFlight) {
      // A renewal that is already in flight does not ask for them.
      await this.#inFlight.catch(() => {});
      return this.replace(refused, claims);
    }
    return this.#fetch(claims);
  }

  /**
   * A token in place of `refused`, which lacks a role that may have been granted since: a token lives for up to 24 hours, and
   * no grant ends it. The old one serves on until the new one is there: whatever else it permits is not refused.
   * @returns `undefined` where one was fetched for this role a moment ago; else never rejected, and settled when there is
   * another to try, or none to be had
   */
  renewFor(role: string, refused: string): Promise<unknown> | undefined {
    // Another message has seen to it.
    if (this.#current && this.#current.token !== refused) return Promise.resolve();
    const now = this.#clock.elapsed();
    if (now - (this.#renewedFor.get(role) ?? Number.NEGATIVE_INFINITY) < roleMemory) {
      return this.#inFlight?.catch(() => {});
    }
    this.#renewedFor.set(role, now);
    // Without its claims it would be refused, where the old one was not.
    return this.#fetch(this.#current?.claims).catch(() => {});
  }

  #fetch(claims?: string): Promise<string> {
    if (this.#inFlight) return this.#inFlight;
    if (this.#refusal && this.#clock.elapsed() < this.#refusal.until) return Promise.reject(this.#refusal.error);
    this.#claimsInFlight = claims;
    this.#inFlight = this.#request(claims)
      .then((fresh) => {
        const now = this.#clock.elapsed();
        const { token, lifetime } = fresh;
        const expiresAt = now + lifetime;
        this.#current = { token, expiresAt, renewAt: expiresAt - Math.min(renewalWindow, lifetime / 2), claims };
        return token;
      })
      .catch((error: unknown) => {
        const refused = isGraphMailError(error) && error.permanent;
        this.#refusal = refused ? { error, until: this.#clock.elapsed() + refusalMemory } : undefined;
        throw error;
      })
      .finally(() => {
        this.#inFlight = undefined;
      });
    return this.#inFlight;
  }
}
