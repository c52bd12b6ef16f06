export interface PaceSeen {
  left: number;
  /** Mailboxes that share the work. */
  mailboxes: number;
  /** Mails a minute and mailbox. */
  rate: number | false;
  /** Recipients in 24 hours and mailbox, and how many of these are used up, over all mailboxes. */
  perDay: number | false;
  usedToday: number;
  /** Mails that went out in the last minute, over all mailboxes. */
  sentLastMinute: number;
  /** Milliseconds since the session began. */
  since: number;
}

const minute = 60_000;

const day = 86_400_000;

/** Milliseconds that the rest will take as things stand; `undefined` while nothing is known. */
export function timeLeft({
  left,
  mailboxes,
  rate,
  perDay,
  usedToday,
  sentLastMinute,
  since,
}: PaceSeen): number | undefined {
  if (left === 0) return 0;
  const perMinute =
    rate === false ? sentLastMinute * (minute / Math.min(minute, Math.max(1, since))) : rate * Math.max(1, mailboxes);
  if (perMinute === 0) return undefined;
  const sending = (left / perMinute) * minute;
  if (perDay === false) return sending;
  const allowance = perDay * Math.max(1, mailboxes);
  const beyondToday = left - Math.max(0, allowance - usedToday);
  if (beyondToday <= 0) return sending;
  const fullDays = Math.ceil(beyondToday / allowance);
  const onLastDay = beyondToday - (fullDays - 1) * allowance;
  return Math.max(sending, fullDays * day + (onLastDay / perMinute) * minute);
}
