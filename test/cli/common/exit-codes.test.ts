import { describe, expect, it } from 'vitest';
import { BulkInputError, JournalError } from '../../../src/bulk/common/errors.js';
import { EXIT, exitCodeOfError, exitCodeOfRun, type RunEnd, UsageError } from '../../../src/cli/common/exit-codes.js';
import { GraphMailError, type GraphMailErrorFields } from '../../../src/common/errors.js';

const graph = (fields: GraphMailErrorFields) => new GraphMailError('it failed', fields);
const forbidden = graph({ code: 'EAUTH', command: 'sendMail', responseCode: 403 });
const offline = graph({ code: 'EDNS' });

describe('the exit code of a run', () => {
  const table: [string, Partial<RunEnd>, number][] = [
    ['all sent', {}, 0],
    ['some rejected', { rejected: 1 }, 1],
    ['some unknown', { unknown: 1 }, 3],
    ['unknown before rejected', { unknown: 1, rejected: 9 }, 3],
    ['a limit', { ended: 'limit', left: 5 }, 4],
    ['a limit before rejected and unknown', { ended: 'limit', left: 5, rejected: 1, unknown: 1 }, 4],
    ['a limit that was reached by the last row', { ended: 'limit', left: 0, rejected: 1 }, 1],
    ['too many errors', { ended: 'max-errors', left: 5, rejected: 20 }, 4],
    ['too many errors, of which the last row was one', { ended: 'max-errors', left: 0, rejected: 20 }, 4],
    ['interrupted', { ended: 'stopped', left: 5 }, 130],
    ['interrupted before rejected and unknown', { ended: 'stopped', left: 5, rejected: 1, unknown: 1 }, 130],
    ['interrupted when nothing was left', { ended: 'stopped', left: 0, unknown: 1 }, 3],
    ['aborted', { ended: 'aborted', left: 5, unknown: 4 }, 130],
    ['aborted with nothing left', { ended: 'aborted', left: 0, unknown: 1 }, 130],
    ['no permission', { ended: 'refused', left: 5, error: forbidden }, 77],
    ['no permission before unknown', { ended: 'refused', left: 5, unknown: 1, error: forbidden }, 77],
    ['a wrong identity', { ended: 'refused', left: 5, error: graph({ code: 'EAUTH', command: 'TOKEN' }) }, 78],
    ['no such mailbox', { ended: 'refused', left: 5, error: graph({ code: 'EENVELOPE', responseCode: 404 }) }, 78],
    ['refused for a reason of its own', { ended: 'refused', left: 5, error: new Error('no') }, 4],
    ['no network', { ended: 'temporary', left: 5, error: offline }, 69],
    ['no network before rejected', { ended: 'temporary', left: 5, rejected: 1, error: offline }, 69],
    [
      'a service that asks to come back',
      { ended: 'temporary', error: graph({ code: 'EGRAPH', responseCode: 429 }) },
      75,
    ],
    ['something that passes, without a cause', { ended: 'temporary', left: 5 }, 75],
    ['a disk that is full', { ended: 'journal', left: 5, error: new JournalError('full', { code: 'failed' }) }, 75],
  ];

  it.each(table)('for %s', (_, end, code) => {
    expect(exitCodeOfRun({ ended: 'complete', rejected: 0, unknown: 0, left: 0, ...end })).toBe(code);
  });
});

describe('the exit code of an error', () => {
  const table: [string, unknown, number][] = [
    ['a command that is not right', new UsageError('no'), 2],
    ['bad recipients', new BulkInputError('line 3'), 65],
    ['a run that is there already', new JournalError('there', { code: 'exists' }), 2],
    ['a run that is not there', new JournalError('nowhere', { code: 'missing' }), 2],
    ['a changed input', new JournalError('changed', { code: 'changed' }), 65],
    ['a damaged journal', new JournalError('damaged', { code: 'damaged' }), 65],
    ['a run that goes on elsewhere', new JournalError('locked', { code: 'locked' }), 75],
    ['a configuration that is wrong', graph({ code: 'ECONFIG' }), 78],
    ['a failed connection', graph({ code: 'ESOCKET' }), 69],
    ['a failing service', graph({ code: 'EGRAPH', responseCode: 500 }), 69],
    ['a user whom SMTP does not know', Object.assign(new Error('535'), { code: 'EAUTH', responseCode: 535 }), 77],
    ['an SMTP server that is unhappy', Object.assign(new Error('554'), { code: 'EMESSAGE', responseCode: 554 }), 1],
    ['anything else', new Error('?'), 1],
    ['something that is no error', 'no', 1],
    ['nothing', undefined, 1],
  ];

  it.each(table)('for %s', (_, error, code) => {
    expect(exitCodeOfError(error)).toBe(code);
  });

  it('is one of those that are documented', () => {
    expect(Object.values(EXIT).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 65, 69, 75, 77, 78, 130]);
  });
});
