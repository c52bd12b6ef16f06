/** What the service will do with one request. */
export interface PlannedAnswer {
  /** Milliseconds until it answers. */
  duration: number;
  /** `lost`: an answer that leaves open what became of the message. */
  kind: 'accepted' | 'refused' | 'lost';
  status: number;
  /** `Retry-After`, as it will be written. */
  retryAfter: string | undefined;
  /** Milliseconds that this means; 0 and `undefined` leave it to the client. */
  pause: number | undefined;
  /** Whether the message goes out. */
  stored: boolean;
}

/** A day on which so large a share of all requests is not taken, the same for everybody who asks with the same seed. */
export class ThrottlingPlan {
  readonly #share: number;
  readonly #random: () => number;
  readonly #answers = new Map<string, PlannedAnswer[]>();

  /** @param mailboxes in this order, so that none's answers depend on how soon another asks */
  constructor(seed: number, share: number, mailboxes: readonly string[], answersEach: number) {
    this.#share = share;
    this.#random = seededRandom(seed);
    for (const mailbox of mailboxes)
      this.#answers.set(
        mailbox,
        Array.from({ length: answersEach }, () => this.#next()),
      );
  }

  /** The answer to a mailbox's request, counted from 0. */
  answer(mailbox: string, index: number): PlannedAnswer {
    const answer = this.#answers.get(mailbox)?.[index];
    if (!answer) throw new Error(`${mailbox} made ${index} requests: the plan ends here`);
    return answer;
  }

  #next(): PlannedAnswer {
    const duration = this.#whole(100, 2_000);
    if (this.#random() >= this.#share) {
      return { duration, kind: 'accepted', status: 202, retryAfter: undefined, pause: undefined, stored: true };
    }
    if (this.#random() < 0.1) {
      const stored = this.#random() < 0.5;
      return { duration, kind: 'lost', status: 503, retryAfter: undefined, pause: undefined, stored };
    }
    const status = this.#random() < 0.7 ? 429 : 503;
    return { duration: Math.ceil(duration / 4), kind: 'refused', status, ...this.#retryAfter(status), stored: false };
  }

  #retryAfter(status: number): Pick<PlannedAnswer, 'retryAfter' | 'pause'> {
    const seconds = this.#whole(1, 10);
    const form = this.#whole(0, status === 429 ? 4 : 3);
    if (form === 0) return { retryAfter: 'date', pause: seconds * 1_000 };
    if (form === 1) return { retryAfter: `${seconds}.128`, pause: seconds * 1_000 + 128 };
    if (form === 2) return { retryAfter: '0', pause: 0 };
    if (form === 3) return { retryAfter: String(seconds), pause: seconds * 1_000 };
    return { retryAfter: undefined, pause: undefined };
  }

  #whole(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }
}

/** Numbers in [0, 1) that look random and are the same each time (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
