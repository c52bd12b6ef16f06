export interface PaceSeen {
  left: number;
  /** Mailboxes that share the work. */
  mailboxes: number;
  /** Mails a minute and mailbox. */
  rate: number | false;
  /** Milliseconds until the last may go by that limit, counting what went before. */
  byRate: number;
  /** Recipients in 24 hours and mailbox, and how many of these are used up, over all mailboxes. */
  perDay: number | false;
  usedToday: number;
  /** Mails a minute that the service takes by experience, over all mailboxes. */
  speed: number | undefined;
}

const minute = 60_000;

const day = 86_400_000;

/** Milliseconds that the rest will take as things stand; `undefined` while nothing is known. */
export function timeLeft({ left, mailboxes, rate, byRate, perDay, usedToday, speed }: PaceSeen): number | undefined {
  if (left === 0) return 0;
  if (rate === false && speed === undefined) return undefined;
  const bySpeed = speed === undefined ? 0 : (left / speed) * minute;
  const sending = Math.max(byRate, bySpeed);
  if (perDay === false) return sending;
  const allowance = perDay * Math.max(1, mailboxes);
  const beyondToday = left - Math.max(0, allowance - usedToday);
  if (beyondToday <= 0) return sending;
  const fullDays = Math.ceil(beyondToday / allowance);
  const onLastDay = beyondToday - (fullDays - 1) * allowance;
  const perMinute = Math.min(
    rate === false ? Number.POSITIVE_INFINITY : rate * Math.max(1, mailboxes),
    speed ?? Number.POSITIVE_INFINITY,
  );
  return Math.max(sending, fullDays * day + (onLastDay / perMinute) * minute);
}
