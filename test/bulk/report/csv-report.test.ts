import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvReport } from '../../../src/bulk/report/csv-report.js';
import { guardFormula } from '../../../src/bulk/report/formula-guard.js';
import type { ReportRow } from '../../../src/bulk/report/report-row.js';
import { parseCsv } from '../../../src/vendor/csv-parse.js';

const row: ReportRow = {
  number: 1,
  values: { email: 'jo@a.example', name: 'Jo' },
  status: 'sent',
  messageId: '<1@a.example>',
  requestId: 'r-1',
  attempts: 2,
  firstAttemptAt: '2026-11-23T13:00:00.000Z',
  finishedAt: '2026-11-23T13:00:01.000Z',
};

function read(report: CsvReport, ...rows: ReportRow[]): Record<string, string>[] {
  return parseCsv(report.header() + rows.map((one) => report.line(one)).join(''), { columns: true });
}

describe('report.csv', () => {
  it('has the columns of the input, and what became of the row', () => {
    expect(new CsvReport(['email', 'name']).header()).toBe(
      'email,name,status,message_id,request_id,attempts,first_attempt_at,finished_at,error_code,error,bounce,trace\r\n',
    );
    expect(new CsvReport(['email', 'name']).line(row)).toBe(
      'jo@a.example,Jo,sent,<1@a.example>,r-1,2,2026-11-23T13:00:00.000Z,2026-11-23T13:00:01.000Z,,,,\r\n',
    );
  });

  it('tells hard bounces from others, and delays', () => {
    const bounced = (some: Partial<NonNullable<ReportRow['bounce']>>) => ({
      ...row,
      bounce: { recipient: 'jo@a.example', action: 'failed', hard: false, ...some },
    });
    const rows = read(
      new CsvReport(['email']),
      bounced({ hard: true, status: '5.1.1', reason: 'no such user' }),
      bounced({ status: '5.2.2', reason: 'full' }),
      bounced({ action: 'delayed' }),
    );
    expect(rows.map(({ bounce }) => bounce)).toEqual([
      'hard 5.1.1: no such user',
      'soft 5.2.2: full',
      'delayed: jo@a.example',
    ]);
  });

  it('takes a report as input: its columns keep their names, and ours get others', () => {
    const header = new CsvReport(['email', 'status', 'mail_status', 'Error']).header();
    expect(header).toMatch(
      /^email,status,mail_status,Error,mail_mail_status,message_id,.*,mail_error,bounce,trace\r\n$/,
    );
  });

  it('names rows by their number when the columns of the input are not known', () => {
    const { values: _, ...bare } = row;
    expect(read(new CsvReport(undefined), bare)).toMatchObject([{ row: '1', status: 'sent' }]);
  });

  it('writes lists and objects of JSON rows as JSON', () => {
    const [written] = read(new CsvReport(['email', 'tags', 'none']), {
      ...row,
      values: { email: 'a@b.example', tags: ['x', { y: 1 }], none: null },
    });
    expect(written).toMatchObject({ tags: '["x",{"y":1}]', none: '' });
  });

  it('brings back every value whatever stands in it, with formulas guarded', () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[=+@;",\t\r\n-]{0,6}$/));
    fc.assert(
      fc.property(value, value, value, (name, message, reason) => {
        const hostile: ReportRow = {
          ...row,
          values: { email: 'a@b.example', name },
          error: { message },
          bounce: { recipient: 'a@b.example', action: 'failed', hard: false, reason },
        };
        const [written] = read(new CsvReport(['email', 'name']), hostile);
        expect(written).toMatchObject({
          name: guardFormula(name),
          error: guardFormula(message),
          bounce: guardFormula(`soft: ${reason}`),
        });
      }),
    );
  });

  it('guards the names of columns too', () => {
    expect(new CsvReport(['email', '=1+1']).header()).toMatch(/^email,'=1\+1,/);
  });
});
