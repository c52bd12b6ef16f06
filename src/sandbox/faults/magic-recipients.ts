import { onlyDelays } from './fault-answer.js';
import type { FaultSubject } from './rule-matching.js';
import type { AppliedFault } from './scripted-fault.js';

/** An address whose local part names a fault. */
export interface MagicRecipient {
  /** `N` stands for a number. */
  address: string;
  /** What it does to a message that is sent to it. */
  does: string;
}

interface Row {
  does: string;
  /** To how many attempts at one message it is applied; `n` is the number in the address. */
  times: (n: number) => number;
  fault: (n: number) => AppliedFault;
}

/** Recipients in this domain ask for a fault. */
export const MAGIC_DOMAIN = 'fault.test';

/** What message trace says of a recipient with this local part. */
export const TRACED: Readonly<Record<string, 'quarantined' | 'filteredAsSpam' | 'pending'>> = {
  quarantined: 'quarantined',
  spam: 'filteredAsSpam',
  pending: 'pending',
};

const always = (): number => Number.POSITIVE_INFINITY;
const once = (): number => 1;
const asNumbered = (n: number): number => n;

const throttled = (): AppliedFault => ({ status: 429, headers: { 'Retry-After': '1' } });
const unavailable = (): AppliedFault => ({ status: 503, headers: { 'Retry-After': '1' } });

// What each status can hide: the message was taken, or it was not.
const AMBIGUOUS: readonly (readonly [name: string, words: string, fault: AppliedFault])[] = [
  ['500', 'is answered 500', { status: 500 }],
  ['502', 'is answered 502 in HTML', { status: 502 }],
  ['504', 'is answered 504', { status: 504 }],
  ['reset', 'loses its connection before the answer', { reset: 'before-answer' }],
  ['silence', 'is never answered', { silence: true }],
];

const ROWS: Readonly<Record<string, Row>> = {
  throttle: { does: 'Every attempt is answered 429 with Retry-After: 1.', times: always, fault: throttled },
  'throttle-N': {
    does: 'The first N attempts are answered 429 with Retry-After: 1, then it is accepted.',
    times: asNumbered,
    fault: throttled,
  },
  unavailable: { does: 'Every attempt is answered 503 with Retry-After: 1.', times: always, fault: unavailable },
  'unavailable-N': {
    does: 'The first N attempts are answered 503 with Retry-After: 1, then it is accepted.',
    times: asNumbered,
    fault: unavailable,
  },
  ...Object.fromEntries(AMBIGUOUS.flatMap(ambiguous)),
  'ok-200': {
    does: 'The first attempt is answered 200 instead of 202, and the message is lost.',
    times: once,
    fault: () => ({ status: 200 }),
  },
  'slow-N': { does: 'Accepted, N milliseconds late.', times: always, fault: (n) => ({ delay: n }) },
  denied: { does: 'Every attempt is answered 403 ErrorAccessDenied.', times: always, fault: () => ({ status: 403 }) },
  'too-large': {
    does: 'Every attempt is answered 400 ErrorMessageSizeExceeded.',
    times: always,
    fault: () => ({
      status: 400,
      code: 'ErrorMessageSizeExceeded',
      message: 'The message exceeds the maximum supported size.',
    }),
  },
  'expired-token': {
    does: 'The first attempt is answered 401, as if the access token had expired.',
    times: once,
    fault: () => ({ status: 401 }),
  },
  challenge: {
    does: 'The first attempt is answered 401 with a claims challenge; that token is refused from then on.',
    times: once,
    fault: () => ({ claimsChallenge: true }),
  },
};

function ambiguous([name, words, fault]: (typeof AMBIGUOUS)[number]): [string, Row][] {
  const row = (delivered: boolean): Row => ({
    does: `The first attempt ${words}, ${delivered ? 'and the message is delivered all the same' : 'and the message is lost'}.`,
    times: once,
    fault: () => ({ ...fault, delivered }),
  });
  return [
    [`delivered-${name}`, row(true)],
    [`lost-${name}`, row(false)],
  ];
}

/** Every magic recipient, and what it does. */
export const MAGIC_RECIPIENTS: readonly MagicRecipient[] = [
  ...Object.entries(ROWS).map(([name, { does }]) => ({ address: `${name}@${MAGIC_DOMAIN}`, does })),
  {
    address: `bounce@${MAGIC_DOMAIN}`,
    does: 'Accepted; a non-delivery report comes to the Inbox of the mailbox that sent it.',
  },
  ...Object.entries(TRACED).map(([name, status]) => ({
    address: `${name}@${MAGIC_DOMAIN}`,
    does: `Accepted; message trace says \`${status}\`.`,
  })),
];

/** What an address (in lower case) asks for, and for how many attempts; undefined when it is a recipient like any other. */
function magicFault(address: string): { times: number; fault: AppliedFault } | undefined {
  if (!address.endsWith(`@${MAGIC_DOMAIN}`)) return undefined;
  const local = address.slice(0, -MAGIC_DOMAIN.length - 1);
  const [, name, digits] = /^([a-z-]+)-(\d{1,7})$/.exec(local) ?? [];
  const key = Object.hasOwn(ROWS, local) ? local : `${name}-N`;
  const row = Object.hasOwn(ROWS, key) ? ROWS[key] : undefined;
  if (!row) return undefined;
  const n = Number(digits ?? 0);
  return { times: row.times(n), fault: { ...row.fault(n), because: address } };
}

// Messages whose attempts are remembered; the oldest are forgotten.
const KEPT = 10_000;

/** Counts the attempts at messages to magic recipients, so that a retry of the same message gets through in the end. */
export class MagicAttempts {
  readonly #attempts = new Map<string, number>();

  /**
   * What the first recipient asks for that has not had its way with this message. Those that only want it late do not stand
   * in the way of the others: the fault comes as late as the latest of them asks for.
   */
  take({ recipients, message }: Pick<FaultSubject, 'recipients' | 'message'>): AppliedFault | undefined {
    const asked = recipients.flatMap((address) => magicFault(address) ?? []);
    const slow = latest(asked.map(({ fault }) => fault).filter(onlyDelays));
    for (const { times, fault } of asked) {
      if (onlyDelays(fault)) continue;
      const key = `${message} ${fault.because}`;
      const attempts = this.#attempts.get(key) ?? 0;
      if (attempts >= times) continue;
      this.#attempts.set(key, attempts + 1);
      const [oldest] = this.#attempts.keys();
      if (oldest !== undefined && this.#attempts.size > KEPT) this.#attempts.delete(oldest);
      return slow?.delay === undefined ? fault : { ...fault, delay: slow.delay };
    }
    return slow;
  }

  clear(): void {
    this.#attempts.clear();
  }
}

function latest(faults: readonly AppliedFault[]): AppliedFault | undefined {
  return [...faults].sort((a, b) => (b.delay ?? 0) - (a.delay ?? 0))[0];
}
