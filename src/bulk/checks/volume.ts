import { tenantLimit, tenantLimitCmdlet } from '../../common/recipient-limits.js';
import { formatDuration } from '../common/words.js';

const minute = 60_000;
const day = 86_400_000;

/**
 * Requests that Graph takes for one mailbox and application: 10,000 in ten minutes (Graph throttling limits, Outlook service).
 * (fact throttle-3)
 */
const requestsPerMinute = 1000;
/** And bytes: 150 MB in five minutes (same place). (fact throttle-4) */
const bytesPerMinute = 30_000_000;
/**
 * What goes out of one mailbox in a minute; what comes faster is queued there (Exchange Online limits, message rate).
 * (fact limit-3)
 */
const exchangePerMinute = 30;
/**
 * What one mailbox takes in 24 hours (Exchange Online limits, recipient rate). From here on it is the wrong service.
 * (fact limit-4)
 */
const exchangePerDay = 10_000;
/**
 * From here on in 24 hours a tenant's own limit may be met: it is 5,000 for a trial, 10,000 with one licence.
 * (fact limit-5)
 */
const tenantFrom = 5_000;

export interface VolumeInput {
  /** Recipients of all mails together; of a mail with cc and bcc, all of them. */
  recipients: number;
  /** @default as many as recipients */
  mails?: number | undefined;
  /** How many mailboxes send. */
  mailboxes: number;
  /** Mails a minute and mailbox. */
  rate: number | false;
  /** Recipients in 24 hours and mailbox. */
  perDay: number | false;
  /** Recipients that each mailbox has sent to in the last 24 hours; a number stands for each of them. */
  alreadyToday?: number | readonly number[] | undefined;
  /** Bytes of the request of one mail, on average. */
  requestBytes?: number | undefined;
}

/** How long a run takes, and against which limits. */
export interface VolumePlan {
  /** Milliseconds from the first mail to the last, at least: nothing is throttled, and Graph answers as fast as it takes requests. */
  duration: number;
  /** What it is that makes it last. */
  limitedBy: 'rate' | 'day' | 'upload';
  /** Days that it touches: 1 when all is sent within 24 hours. */
  days: number;
  /** Whether the allowance of a day runs out, so that the run waits for the next. */
  needsOverDays: boolean;
  /** What a user should know before the run starts, a sentence or two each. */
  statements: string[];
}

/**
 * Plans a run. What was sent before is counted as if it weighed for another 24 hours, so the run is never shorter than
 * promised through that.
 */
export function volumePlan(input: VolumeInput): VolumePlan {
  const { recipients, mails = recipients, mailboxes, perDay, requestBytes = 0 } = input;
  const already = Array.from({ length: mailboxes }, (_, index) => alreadyOf(input.alreadyToday, index));
  const wanted = Math.min(input.rate === false ? Number.POSITIVE_INFINITY : input.rate, requestsPerMinute);
  const uploads = requestBytes > 0 ? bytesPerMinute / requestBytes : Number.POSITIVE_INFINITY;
  const mailsPerMinute = Math.min(wanted, uploads);
  const each = mails > 0 ? recipients / mails : 1;
  // As many as a minute allows go at its beginning, as fast as Graph takes them.
  const speed = (Math.min(requestsPerMinute, uploads) * each) / minute;
  const pace = (time: number) => Math.min(speed * time, wanted * each * (Math.floor(time / minute) + 1));
  const allowance = perDay === false ? Number.POSITIVE_INFINITY : perDay;
  const sentBy = (time: number) => already.reduce((sum, before) => sum + reach(time, pace, allowance, before), 0);
  const duration = firstTime(recipients, sentBy);
  const unhindered = firstTime(recipients, (time) => pace(time) * mailboxes);
  const needsOverDays = recipients > 0 && duration > unhindered && duration > day;
  const limitedBy = needsOverDays ? 'day' : uploads < wanted ? 'upload' : 'rate';
  const plan = { duration, limitedBy, days: Math.max(1, Math.ceil(duration / day)), needsOverDays } as const;
  const busiest = Math.min(recipients, sentBy(day));
  return { ...plan, statements: statementsOn(input, plan, { mails, mailsPerMinute, already, busiest }) };
}

function alreadyOf(alreadyToday: VolumeInput['alreadyToday'], index: number): number {
  return typeof alreadyToday === 'number' ? alreadyToday : (alreadyToday?.[index] ?? 0);
}

/** Recipients that a mailbox can have sent to after some time. */
function reach(time: number, pace: (time: number) => number, allowance: number, before: number): number {
  const full = Math.floor(time / day);
  const first = Math.max(0, allowance - before);
  const within = (length: number, most: number) => Math.min(pace(length), most);
  if (full === 0) return within(time, first);
  return within(day, first) + (full - 1) * within(day, allowance) + within(time - full * day, allowance);
}

/** The first millisecond at which `sentBy` reaches a number, which it does some time. */
function firstTime(recipients: number, sentBy: (time: number) => number): number {
  const enough = (time: number) => sentBy(time) >= recipients - 1e-6;
  let [low, high] = [0, 1];
  while (!enough(high)) {
    if (high > Number.MAX_SAFE_INTEGER / 4) return Number.POSITIVE_INFINITY;
    [low, high] = [high, high * 2];
  }
  if (enough(0)) return 0;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

interface Details {
  mails: number;
  mailsPerMinute: number;
  already: readonly number[];
  busiest: number;
}

function statementsOn(input: VolumeInput, plan: Omit<VolumePlan, 'statements'>, details: Details): string[] {
  const { recipients, perDay } = input;
  const { mails, mailsPerMinute, already, busiest } = details;
  const statements = paceStatements(input, plan.duration, { mails, mailsPerMinute });
  if (plan.limitedBy === 'upload') {
    statements.push(
      'The size of the mails sets the pace: Graph takes 150 MB in five minutes for each mailbox. Links instead of attachments would make it faster.',
    );
  }
  const before = already.reduce((sum, one) => sum + one, 0);
  if (before > 0 && perDay !== false) {
    const left = already.reduce((sum, one) => sum + Math.max(0, perDay - one), 0);
    statements.push(
      `${count(before, 'recipient')} had mail in the last 24 hours already, which leaves ${number(left)} for now.`,
    );
  }
  if (plan.needsOverDays && perDay !== false) {
    statements.push(
      `A mailbox sends to ${count(perDay, 'recipient')} in 24 hours here, so the run goes on over ${plan.days} days and waits in between.`,
    );
  }
  if (perDay === false || perDay > exchangePerDay) {
    statements.push(
      `Exchange Online takes ${number(exchangePerDay)} recipients in 24 hours from one mailbox, whatever is allowed here; what is beyond bounces after Graph has accepted it.`,
    );
  }
  if (busiest >= tenantFrom) {
    statements.push(
      `${number(Math.floor(busiest))} recipients in 24 hours may meet the limit of the whole tenant for recipients outside (${tenantLimit}), which counts what everybody else sends as well. What is beyond bounces with 550 5.7.233 after Graph has accepted it. An Exchange administrator sees what is left with ${tenantLimitCmdlet}.`,
    );
  }
  if (recipients > exchangePerDay || busiest >= exchangePerDay) {
    statements.push(
      'Exchange Online is the wrong service for this volume: it is made for the mail of people, and Microsoft may block a tenant that sends in bulk. Use Azure Communication Services Email, or High Volume Email for recipients within the organisation.',
    );
  }
  return statements;
}

/** How long it takes, and what sets the pace. Nothing is promised that only an idle service would keep. */
function paceStatements(
  { mailboxes, rate }: VolumeInput,
  duration: number,
  { mails, mailsPerMinute }: Pick<Details, 'mails' | 'mailsPerMinute'>,
): string[] {
  const each = mailboxes === 1 ? '' : ' each';
  const pace = `${number(Math.floor(mailsPerMinute * 10) / 10)} a minute${each}`;
  const who = `${count(mails, 'mail')} from ${count(mailboxes, 'mailbox', 'mailboxes')}`;
  if (mailsPerMinute <= exchangePerMinute) {
    const time = duration < minute ? 'less than a minute' : `about ${formatDuration(duration)}`;
    const whose = mailsPerMinute === exchangePerMinute ? ', as many as Exchange Online sends from one' : '';
    return [`${who} at ${pace}${whose}: ${time}.`];
  }
  // The limit is one of ten minutes, so the first of them may be faster than that.
  const byGraph = mailsPerMinute === requestsPerMinute;
  const tooMany =
    byGraph && rate !== false && rate > requestsPerMinute
      ? ` ${number(rate)} a minute cannot be kept up: Graph takes ${number(requestsPerMinute * 10)} requests in ten minutes for a mailbox.`
      : '';
  const time = duration < 10_000 ? 'some seconds' : formatDuration(duration);
  const least = duration < 10_000 ? time : `at least ${time}`;
  const atWhich = byGraph ? `about ${pace}: ${time}` : `up to ${pace}: ${least}`;
  const statements = [`${who} at ${atWhich}, and longer where Graph takes more time to answer.${tooMany}`];
  const queued = Math.floor((Math.ceil(mails / mailboxes) - 1) / exchangePerMinute) * minute;
  if (queued > duration) {
    statements.push(
      `Exchange Online sends ${exchangePerMinute} a minute from a mailbox and queues what comes faster: the last mail leaves it after about ${formatDuration(queued)} all the same.`,
    );
  }
  return statements;
}

function count(n: number, one: string, more = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : more}`;
}

function number(n: number): string {
  return n.toLocaleString('en-US', { maximumFractionDigits: 1 });
}
