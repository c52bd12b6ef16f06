import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import {
  configError,
  ERROR_CODES,
  GraphMailError,
  type GraphMailErrorCode,
  isGraphMailError,
  maybeSent,
} from '../../src/common/errors.js';

const full = {
  code: 'EGRAPH',
  outcome: 'unknown',
  permanent: false,
  responseCode: 504,
  response: '504 UnknownError',
  command: 'sendMail',
  graphCode: 'UnknownError',
  aadsts: 700027,
  retryAfter: 1_000,
  requestId: 'r',
  clientRequestId: 'c',
  attempts: 2,
  rejected: ['a@x.example'],
  hint: 'Look in Sent Items.',
} as const;

describe.each(Object.entries(ERROR_CODES))('%s', (code, meaning) => {
  test('has a sentence that says what it means', () => {
    expect(meaning).toMatch(/^[A-Z].{10,}[^.]$/);
  });

  test('makes an error that is one', () => {
    const error = new GraphMailError('What happened.', { code: code as keyof typeof ERROR_CODES });
    expect(error).toBeInstanceOf(Error);
    const name = code === 'EABORT' ? 'AbortError' : 'GraphMailError';
    expect(error).toMatchObject({ name, message: 'What happened.', code });
    expect(isGraphMailError(error)).toBe(true);
  });

  test('says what to do, even where nothing more is known', () => {
    const { hint } = new GraphMailError('What happened.', { code: code as GraphMailErrorCode, hint: undefined });
    expect(hint).toMatch(/^[A-Z].{30,}\.$/);
  });

  test('sends nobody to try again while the message may have been sent', () => {
    const fields = { code: code as GraphMailErrorCode, outcome: 'unknown' } as const;
    expect(new GraphMailError('What happened.', fields).hint).toBe(maybeSent);
  });
});

describe('an error', () => {
  test('carries the fields that it was given', () => {
    const cause = new Error('why');
    expect(new GraphMailError('x', { ...full, rejected: [...full.rejected], cause })).toMatchObject({ ...full, cause });
  });

  test('is not sent, and not for good, unless it says otherwise', () => {
    expect(new GraphMailError('x', { code: 'ESOCKET' })).toMatchObject({ outcome: 'not-sent', permanent: false });
  });

  test('has no fields for what is not known', () => {
    const error = new GraphMailError('x', { code: 'ESOCKET', hint: undefined, aadsts: undefined, cause: undefined });
    expect(Object.keys(error).sort()).toEqual(['code', 'hint', 'outcome', 'permanent']);
    expect('cause' in error).toBe(false);
  });

  test('an undefined outcome is not an outcome', () => {
    expect(new GraphMailError('x', { code: 'ESOCKET', outcome: undefined, permanent: undefined })).toMatchObject({
      outcome: 'not-sent',
      permanent: false,
    });
  });

  test('goes into JSON with its fields, and without its cause', () => {
    const error = new GraphMailError('x', { ...full, rejected: [...full.rejected], cause: new Error('secret') });
    expect(JSON.parse(JSON.stringify(error))).toEqual(full);
  });

  test('is printed with its name, its fields and its cause', () => {
    const printed = inspect(new GraphMailError('What happened.', { code: 'ESOCKET', cause: new Error('Because.') }));
    expect(printed).toContain('GraphMailError: What happened.');
    expect(printed).toContain("code: 'ESOCKET'");
    expect(printed).toContain('Because.');
  });

  test('of the configuration is permanent and comes before anything is sent', () => {
    expect(configError('x', 'h')).toMatchObject({
      code: 'ECONFIG',
      outcome: 'not-sent',
      permanent: true,
      command: 'API',
      hint: 'h',
    });
  });
});

describe('across copies of the package', () => {
  test('an error of another copy is recognised, although instanceof fails', async () => {
    vi.resetModules();
    const copy: typeof import('../../src/common/errors.js') = await import('../../src/common/errors.js');
    const error = new copy.GraphMailError('x', { code: 'ESOCKET' });
    expect(copy.GraphMailError).not.toBe(GraphMailError);
    expect(error).not.toBeInstanceOf(GraphMailError);
    expect(isGraphMailError(error)).toBe(true);
  });

  test.each([
    undefined,
    null,
    'EAUTH',
    7,
    {},
    new Error('x'),
    { name: 'GraphMailError', code: 'EAUTH', outcome: 'not-sent' },
  ])('nothing else is: %o', (value) => {
    expect(isGraphMailError(value)).toBe(false);
  });
});
