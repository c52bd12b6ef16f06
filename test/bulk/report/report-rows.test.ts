import { describe, expect, it } from 'vitest';
import { readRun } from '../../../src/bulk/journal/read-journal.js';
import { openRecipients, type RecipientsSource } from '../../../src/bulk/recipients/open-recipients.js';
import type { ReportRow } from '../../../src/bulk/report/report-row.js';
import { openReport } from '../../../src/bulk/report/report-rows.js';
import { mailbox, messageIdOf, sampleRun, time } from './sample-run.js';

const six = openRecipients({
  csv: 'email,name\njo@a.example,Jo\nann@a.example,Ann\nbo@a.example,Bo\nJO@a.example,Jo again\nout@a.example,Out\nlast@a.example,Last\n',
});

async function rowsOf(folder: string, recipients?: RecipientsSource): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  const report = await openReport({ folder, recipients });
  for await (const row of report.rows()) rows.push(row);
  return rows;
}

const sixEvents: Parameters<typeof sampleRun>[1] = [
  [0, 0, { type: 'session' }],
  [1, 1, { type: 'attempt' }],
  [2, 2, { type: 'attempt' }],
  [3, 1, { type: 'sent', attempts: 3 }],
  [
    4,
    2,
    {
      type: 'rejected',
      error: { code: 'EMESSAGE', graphCode: 'ErrorMessageSizeExceeded', message: 'Too large', hint: 'Shrink it' },
    },
  ],
  [5, 3, { type: 'attempt' }, { type: 'unknown' }],
  [6, 4, { type: 'skipped', reason: 'duplicate', of: 1 }],
  [7, 5, { type: 'skipped', reason: 'suppressed', of: undefined, entry: '@a.example' }],
];

describe('the rows of a report', () => {
  it('are read where their records cross the pages that the journal is read in', async () => {
    const many = openRecipients({
      csv: `email\n${Array.from({ length: 1500 }, (_, i) => `p${i}@a.example\n`).join('')}`,
    });
    const folder = await sampleRun(
      many,
      Array.from({ length: 1500 }, (_, i) => [i, i + 1, { type: 'attempt' }, { type: 'sent' }] as const),
    );
    const rows = await rowsOf(folder, many);
    expect(rows.map(({ messageId }) => messageId)).toEqual(rows.map(({ number }) => messageIdOf(number)));
    expect(rows).toHaveLength(1500);
  });

  it('are those of the input, in their order, with what the journal knows', async () => {
    const folder = await sampleRun(six, sixEvents);
    const rows = await rowsOf(folder, six);
    expect(rows.map(({ number, line, status, values }) => [number, line, status, values?.name])).toEqual([
      [1, 2, 'sent', 'Jo'],
      [2, 3, 'rejected', 'Ann'],
      [3, 4, 'unknown', 'Bo'],
      [4, 5, 'skipped', 'Jo again'],
      [5, 6, 'skipped', 'Out'],
      [6, 7, 'left', 'Last'],
    ]);
    expect(rows[0]).toMatchObject({
      mailbox,
      messageId: messageIdOf(1),
      attempts: 3,
      firstAttemptAt: time(1),
      finishedAt: time(3),
      delivery: 'pending',
    });
    expect(rows[1]).toMatchObject({
      stage: 'send',
      error: { code: 'ErrorMessageSizeExceeded', message: 'Too large', hint: 'Shrink it' },
    });
    expect(rows[2]).toMatchObject({ error: { code: 'ETIMEDOUT' }, attempts: 1 });
    expect(rows[3]?.error).toEqual({ code: 'duplicate', message: 'Row 1 has this address' });
    expect(rows[4]?.error).toEqual({ code: 'suppressed', message: 'On the suppression list: @a.example' });
    expect(rows[5]).toEqual({
      number: 6,
      line: 7,
      values: { email: 'last@a.example', name: 'Last' },
      status: 'left',
      attempts: 0,
    });
  });

  it('count an attempt that never ended as unknown', async () => {
    const folder = await sampleRun(six, [[1, 1, { type: 'attempt' }]]);
    expect((await rowsOf(folder, six))[0]).toMatchObject({
      status: 'unknown',
      attempts: 1,
      error: { code: 'interrupted' },
      messageId: messageIdOf(1),
    });
  });

  it('say what came of the last attempt, and count all of them', async () => {
    const folder = await sampleRun(six, [
      [1, 1, { type: 'attempt' }, { type: 'rejected', attempts: 2 }],
      [9, 1, { type: 'attempt' }, { type: 'sent', attempts: 1 }],
      [9, 2, { type: 'attempt' }, { type: 'returned', error: { message: 'Nobody may send' } }],
    ]);
    const [first, second] = await rowsOf(folder, six);
    expect(first).toMatchObject({ status: 'sent', attempts: 3, firstAttemptAt: time(1), finishedAt: time(9) });
    expect(second).toMatchObject({ status: 'left', attempts: 1, error: { message: 'Nobody may send' } });
    expect(second?.finishedAt).toBeUndefined();
  });

  it('count each request once, also where the journal has an attempt for each', async () => {
    const refused = { type: 'returned', error: { message: 'Too fast' } } as const;
    const folder = await sampleRun(six, [
      [1, 1, { type: 'attempt', attempt: 1 }, refused, { type: 'attempt', attempt: 2 }, refused],
      [2, 1, { type: 'attempt', attempt: 3 }, { type: 'sent', attempts: 3 }],
      [3, 2, { type: 'attempt', attempt: 1 }, refused, { type: 'attempt', attempt: 2 }],
      [4, 3, { type: 'attempt', attempt: 1 }, refused],
      [5, 3, { type: 'attempt', attempt: 1 }, { type: 'rejected', attempts: 1 }],
    ]);
    const rows = await rowsOf(folder, six);
    expect(rows.slice(0, 3).map(({ status, attempts }) => [status, attempts])).toEqual([
      ['sent', 3],
      ['unknown', 2],
      ['rejected', 2],
    ]);
  });

  it('keep what was said of an unknown mail when trying it again came to nothing', async () => {
    const folder = await sampleRun(six, [
      [1, 1, { type: 'attempt' }, { type: 'unknown' }],
      [9, 1, { type: 'attempt' }, { type: 'returned' }],
    ]);
    expect((await rowsOf(folder, six))[0]).toMatchObject({ status: 'unknown', messageId: messageIdOf(1), mailbox });
  });

  it('have the bounce that says most, in whatever order they came', async () => {
    const delayed = { type: 'bounce', action: 'delayed', status: '4.4.7' } as const;
    const failed = { type: 'bounce', action: 'failed', status: '5.1.1', hard: true } as const;
    const folder = await sampleRun(six, [
      [1, 1, { type: 'attempt' }, { type: 'sent' }, delayed, failed, delayed],
      [1, 2, { type: 'attempt' }, { type: 'sent' }, delayed],
    ]);
    const [first, second] = await rowsOf(folder, six);
    expect(first).toMatchObject({ delivery: 'bounced', bounce: { status: '5.1.1', hard: true } });
    expect(second).toMatchObject({ delivery: 'delayed' });
  });

  it('agree with the journal about how many ended how', async () => {
    const folder = await sampleRun(six, sixEvents);
    const { state } = await readRun(folder);
    const rows = await rowsOf(folder, six);
    const count = (status: string) => rows.filter((row) => row.status === status).length;
    expect({
      sent: count('sent'),
      rejected: count('rejected'),
      skipped: count('skipped'),
      unknown: count('unknown'),
    }).toEqual({
      sent: state.tally.sent,
      rejected: state.tally.rejected,
      skipped: state.tally.skipped,
      unknown: state.tally.unknown,
    });
  });
});

describe('recipients that are not as they were', () => {
  const reportOf = async (recipients: RecipientsSource | undefined, events = sixEvents, run = six) => {
    const folder = await sampleRun(run, events);
    const report = await openReport({ folder, recipients });
    const rows: ReportRow[] = [];
    for await (const row of report.rows()) rows.push(row);
    return { ...report, rows };
  };

  it('that have changed give a report of the journal alone, which says so', async () => {
    const { rows, columns, notes } = await reportOf(openRecipients({ csv: 'email\nother@a.example\n' }));
    expect(columns).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(/has changed since the run was begun.*journal alone/)]);
    expect(rows.map(({ number, status }) => [number, status])).toEqual([
      [1, 'sent'],
      [2, 'rejected'],
      [3, 'unknown'],
      [4, 'skipped'],
      [5, 'skipped'],
      [6, 'left'],
    ]);
    expect(rows.every(({ values, line }) => values === undefined && line === undefined)).toBe(true);
  });

  it('that are gone do so too', async () => {
    const { rows, notes } = await reportOf(openRecipients('/nowhere/recipients.csv'));
    expect(notes).toEqual([expect.stringMatching(/cannot be read any more.*\/nowhere\/recipients\.csv/)]);
    expect(rows).toHaveLength(6);
  });

  it('that nobody gives leave the columns out without a word', async () => {
    expect(await reportOf(undefined)).toMatchObject({ columns: undefined, notes: [], rows: { length: 6 } });
  });

  const people = [
    { email: 'jo@a.example', name: 'Jo' },
    { email: 'ann@a.example', name: 'Ann' },
  ];
  const sentToBoth: Parameters<typeof sampleRun>[1] = [
    [1, 1, { type: 'attempt' }, { type: 'sent' }],
    [1, 2, { type: 'attempt' }, { type: 'sent' }],
  ];

  it('from objects have the columns of the first one, also when they can be read only once', async () => {
    const { columns, rows, notes } = await reportOf(
      openRecipients(people.values()),
      sentToBoth,
      openRecipients(people),
    );
    expect(columns).toEqual(['email', 'name']);
    expect(rows.map(({ values }) => values?.name)).toEqual(['Jo', 'Ann']);
    expect(notes).toEqual([]);
  });

  it('from objects that are others now do not lend their columns to the rows that were sent', async () => {
    const others = [people[0], { email: 'eve@a.example', name: 'Eve' }] as object[];
    const { rows, notes } = await reportOf(openRecipients(others), sentToBoth, openRecipients(people));
    expect(rows.map(({ values, status }) => [values?.name, status])).toEqual([
      ['Jo', 'sent'],
      [undefined, 'sent'],
    ]);
    expect(notes).toEqual([expect.stringMatching(/^1 row is another now/)]);
  });
});
