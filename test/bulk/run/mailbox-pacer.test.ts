import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MailboxPacer } from '../../../src/bulk/run/mailbox-pacer.js';

const minute = 60_000;
const day = 86_400_000;

function sendAll(pacer: MailboxPacer, times: readonly number[], recipients = 1): void {
  for (const at of times) pacer.begin(recipients).used(at);
}

describe('MailboxPacer', () => {
  it('holds back for the minute', () => {
    const pacer = new MailboxPacer({ rate: 3, perDay: false });
    sendAll(pacer, [0, 10_000, 20_000]);
    expect(pacer.pause(30_000, 1)).toEqual({ why: 'rate', until: minute });
    expect(pacer.pause(minute, 1)).toBeUndefined();
  });

  it('holds back for the day, which counts recipients', () => {
    const pacer = new MailboxPacer({ rate: false, perDay: 10 });
    sendAll(pacer, [0, 1_000], 4);
    expect(pacer.pause(2_000, 2)).toBeUndefined();
    expect(pacer.pause(2_000, 3)).toEqual({ why: 'day', until: day });
  });

  it.each([
    [1, 30_000],
    [3, 50_000],
    [4, 90_000],
    [9, 170_000],
  ])('knows when the last of %i more may go, by what has gone', (messages, wait) => {
    const pacer = new MailboxPacer({ rate: 3, perDay: false });
    sendAll(pacer, [0, 10_000, 20_000]);
    expect(pacer.wait(30_000, messages)).toBe(wait);
  });

  it('says which of the two holds longer', () => {
    const pacer = new MailboxPacer({ rate: 2, perDay: 2 });
    sendAll(pacer, [0, 1_000]);
    expect(pacer.pause(2_000, 1)).toEqual({ why: 'day', until: day });
  });

  it('holds back until the time that the service named, and a shorter one does not end a longer one', () => {
    const pacer = new MailboxPacer({ rate: 30, perDay: false });
    pacer.hold(5_000);
    pacer.hold(2_000);
    expect(pacer.pause(4_999, 1)).toEqual({ why: 'throttled', until: 5_000 });
    expect(pacer.pause(5_000, 1)).toBeUndefined();
  });

  it('counts what is on its way, and not what surely was not sent', () => {
    const pacer = new MailboxPacer({ rate: 1, perDay: 1 });
    const reservation = pacer.begin(1);
    expect(pacer.pause(0, 1)).toBeDefined();
    reservation.unused();
    expect(pacer.pause(0, 1)).toBeUndefined();
    expect(pacer.recipientsLastDay(0)).toBe(0);
  });

  it('remembers what an earlier process sent, but does not show it as the rate of this one', () => {
    const pacer = new MailboxPacer({ rate: 2, perDay: 10 });
    pacer.remember(0, 3);
    pacer.remember(1_000, 3);
    expect(pacer.pause(2_000, 1)).toEqual({ why: 'rate', until: minute });
    expect(pacer.recipientsLastDay(2_000)).toBe(6);
    expect(pacer.sentLastMinute(2_000)).toBe(0);
  });

  it('holds nothing back without limits', () => {
    const pacer = new MailboxPacer({ rate: false, perDay: false });
    sendAll(
      pacer,
      Array.from({ length: 1_000 }, () => 0),
    );
    expect(pacer.pause(0, 1_000)).toBeUndefined();
    expect(pacer.sentLastMinute(1)).toBe(1_000);
  });

  it('keeps both limits at once, and is never idle for nothing', () => {
    const mail = fc.record({ after: fc.integer({ min: 0, max: 40_000 }), recipients: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(fc.array(mail, { maxLength: 80 }), (mails) => {
        const limits = { rate: 3, perDay: 20 };
        const pacer = new MailboxPacer(limits);
        const sent: { at: number; recipients: number }[] = [];
        const within = (now: number, length: number) => sent.filter(({ at }) => at + length > now);
        const fits = (now: number, recipients: number) =>
          within(now, minute).length < limits.rate &&
          within(now, day).reduce((sum, one) => sum + one.recipients, recipients) <= limits.perDay;
        let now = 0;
        for (const { after, recipients } of mails) {
          now += after;
          const pause = pacer.pause(now, recipients);
          expect(pause === undefined).toBe(fits(now, recipients));
          if (pause) {
            expect(fits(pause.until - 1, recipients)).toBe(false);
            expect(fits(pause.until, recipients)).toBe(true);
            now = pause.until;
          }
          pacer.begin(recipients).used(now);
          sent.push({ at: now, recipients });
        }
      }),
      { numRuns: 300 },
    );
  });
});
