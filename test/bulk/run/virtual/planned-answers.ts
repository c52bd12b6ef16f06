import { seededRandom } from '../../../helpers/throttling-plan.js';

/** What the service does with one request. */
export interface PlannedAnswer {
  kind: 'accepted' | 'refused' | 'rejected' | 'lost';
  /** Milliseconds from the request to its answer. */
  duration: number;
  /** Milliseconds from the request to the moment at which the service counts it. */
  counted: number;
  /** Of `refused`: milliseconds that the mailbox is to wait. */
  retryAfter: number;
  /** Whether the mail goes out: of `lost`, half do. */
  stored: boolean;
}

export interface Shares {
  refused: number;
  rejected: number;
  lost: number;
}

/** The same answers to the n-th request of a mailbox, whoever asks and when. */
export class PlannedAnswers {
  readonly #seed: number;
  readonly #shares: Shares;

  constructor(seed: number, shares: Shares) {
    this.#seed = seed;
    this.#shares = shares;
  }

  answer(mailbox: number, index: number): PlannedAnswer {
    const random = seededRandom(this.#seed * 7_919 + mailbox * 1_000_003 + index);
    random();
    const duration = Math.round(200 + 1_800 * random());
    const counted = Math.round(duration * random());
    const { refused, rejected, lost } = this.#shares;
    const kind = random();
    const rest = random();
    if (kind < refused) {
      // Mostly some seconds, at times minutes.
      const retryAfter = (rest < 0.9 ? 1 + Math.floor(rest * 30) : 60 + Math.floor(rest * 120)) * 1_000;
      return { kind: 'refused', duration: Math.ceil(duration / 4), counted: 0, retryAfter, stored: false };
    }
    if (kind < refused + rejected) return { kind: 'rejected', duration, counted: 0, retryAfter: 0, stored: false };
    if (kind < refused + rejected + lost) {
      return { kind: 'lost', duration: 10 * duration, counted, retryAfter: 0, stored: rest < 0.5 };
    }
    return { kind: 'accepted', duration, counted, retryAfter: 0, stored: true };
  }
}
