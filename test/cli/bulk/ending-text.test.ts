import { describe, expect, it } from 'vitest';
import { noTotals } from '../../../src/bulk/report/totals.js';
import { adviceLines, paceLine, whyEnded } from '../../../src/cli/bulk/ending-text.js';
import { statusText } from '../../../src/cli/bulk/status-command.js';
import { OwnCommands } from '../../../src/common/own-commands.js';

const program = 'npx nodemailer-graph-transport bulk';
const next = { commands: new OwnCommands({ platform: 'linux' }), suppress: undefined };

describe('what can be done next', () => {
  it('is told with the commands to paste, quoted for the shell', () => {
    const totals = { ...noTotals(), rows: 9, left: 4, sent: 4, unknown: 1 };
    expect(adviceLines(totals, 'mail runs/1a', next)).toEqual([
      'What can be done next:',
      '- Find out about 1 unknown mail:',
      `  ${program} resume 'mail runs/1a' --verify`,
      '- Or send it again, which somebody may then get twice:',
      `  ${program} resume 'mail runs/1a' --resend-unknown`,
      '- Send the 4 mails that are left:',
      `  ${program} resume 'mail runs/1a'`,
    ]);
  });

  it('is nothing when all is done', () => {
    expect(adviceLines({ ...noTotals(), rows: 1, skipped: 1 }, 'runs/1a', next)).toEqual([]);
  });
});

describe('why a run ended', () => {
  it('is told with the error and what to do about it', () => {
    const error = Object.assign(new Error('Graph refused'), { hint: 'Ask for Mail.Send.' });
    expect(whyEnded({ ended: 'refused', error })).toBe(
      'Stopped, because every mail would fail like this one: Graph refused\n  Ask for Mail.Send.',
    );
    expect(whyEnded({ ended: 'temporary' })).toBe('Stopped, because no mail can be sent at the moment.');
  });

  it('is not worth a word when it is complete', () => {
    expect(whyEnded({ ended: 'complete' })).toBeUndefined();
  });
});

it('the time a run took is told with how often it was throttled', () => {
  expect(paceLine({ duration: 90_000, throttled: 1 })).toBe('Took 1 min 30 s, throttled 1 time.');
  expect(paceLine({ duration: 90_000, throttled: 0 })).toBe('Took 1 min 30 s.');
});

describe('the status of a run', () => {
  const now = new Date(2026, 10, 23, 14, 0, 0).getTime();
  const status = {
    id: '1a2b3c4d5e6f7890',
    begun: new Date(now - 60_000).toISOString(),
    recipients: '/people.csv',
    totals: { rows: 9, sent: 4, rejected: 0, skipped: 0, unknown: 2, left: 3 },
    open: 2,
    rejectedAs: { row: 0, send: 0 },
    mailboxes: [
      {
        mailbox: 'a@contoso.com',
        sentLastMinute: 4,
        recipientsLastDay: 400,
        heldUntil: new Date(now + 20_000).toISOString(),
      },
    ],
    unknown: [{ row: 5, mailbox: 'a@contoso.com', messageId: '<5@contoso.com>', at: '' }],
  };

  it('tells of one in progress who sends since when and what is on its way, and gives no commands', () => {
    const since = new Date(now - 30_000).toISOString();
    const activity = { state: 'in-progress', pid: 7, host: 'mailer-7', since } as const;
    expect(statusText({ ...status, ...activity }, 'runs/1a', now, next)).toEqual([
      'Run         1a2b3c4d5e6f, begun 13:59:00',
      'Recipients  /people.csv',
      'State       in progress: process 7 on mailer-7 has been sending since 13:59:30',
      '9 rows = 4 sent + 0 rejected + 0 skipped + 2 unknown + 3 left',
      'Of the unknown, 2 are on their way at this moment.',
      'Mailbox     a@contoso.com: 4 in the last minute, 400 recipients in 24 hours, waits until 14:00:20',
    ]);
  });

  it('tells of one whose process is gone which rows are unknown, and how to go on', () => {
    const lines = statusText({ ...status, state: 'interrupted', pid: 7, host: 'mailer-7' }, 'runs/1a', now, next);
    expect(lines).toContain('State       interrupted: process 7 on mailer-7 ended before the run did');
    expect(lines).toContain('Unknown     row 5, a@contoso.com, <5@contoso.com>');
    expect(lines).toContain('            and 1 more');
    expect(lines).toContain(`  ${program} resume runs/1a`);
  });

  it('of one whose process cannot be seen tells how to take it over, and nothing that would be refused', () => {
    const lines = statusText({ ...status, state: 'elsewhere', pid: 7, host: 'pod-7' }, 'runs/1a', now, next);
    const commands = lines.filter((line) => line.startsWith('  npx'));
    expect(commands).toEqual([`  ${program} resume runs/1a --take-over`]);
  });
});
