import { describe, expect, test } from 'vitest';
import { readGraphFault, responseLine } from '../../src/graph/error-answer.js';
import { answer, graphError } from '../helpers/answers.js';

test('code and message of an error are read', () => {
  expect(readGraphFault(answer(403, {}, graphError('ErrorAccessDenied', 'Access is denied.')))).toEqual({
    code: 'ErrorAccessDenied',
    message: 'Access is denied.',
  });
});

test('further fields do not matter', () => {
  const body = JSON.stringify({ error: { code: 'X', message: 'Y', innererror: { code: 'Z' } }, more: 1 });
  expect(readGraphFault(answer(400, {}, body))).toEqual({ code: 'X', message: 'Y' });
});

describe('bodies that something in front of Graph made give nothing, and never throw', () => {
  test.each([
    '',
    '<html>Bad gateway</html>',
    'null',
    '[]',
    '1',
    '"x"',
    '{"error":null}',
    '{"error":"x"}',
    '{"error":{"code":7}}',
    '{',
  ])('%j', (body) => {
    expect(readGraphFault(answer(502, {}, body))).toEqual({ code: undefined, message: undefined });
  });
});

test.each([
  [{ code: 'ErrorAccessDenied', message: 'Access is denied.' }, '403 ErrorAccessDenied: Access is denied.'],
  [{ code: 'ErrorAccessDenied', message: undefined }, '403 ErrorAccessDenied'],
  [{ code: undefined, message: 'No.' }, '403: No.'],
  [{ code: undefined, message: undefined }, '403'],
])('an answer in one line: %j', (fault, line) => {
  expect(responseLine(answer(403), fault)).toBe(line);
});
