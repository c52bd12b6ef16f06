import { describe, expect, it } from 'vitest';
import { guardFormula } from '../../../src/bulk/report/formula-guard.js';

describe('a cell of the report is never run as a formula', () => {
  it.each([
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ['+49 30 123', "'+49 30 123"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t'=1"],
    ['\r=1', "'\r'=1"],
    ['\nx', "'\nx"],
    ['＝1+1', "'＝1+1"],
    ['＠x', "'＠x"],
  ])('%j becomes %j', (value, guarded) => {
    expect(guardFormula(value)).toBe(guarded);
  });

  it.each([
    ['a;=1', "a;'=1"],
    ['a;"=1', `a;"'=1`],
    ['a\n=1', "a\n'=1"],
    ['a\t@b', "a\t'@b"],
  ])('also where a spreadsheet with semicolons would begin a new cell: %j becomes %j', (value, guarded) => {
    expect(guardFormula(value)).toBe(guarded);
  });

  it.each(['jo@customer.example', 'a=b', '1-2', 'a; b', '', "it's", 'line\nline'])('leaves %j as it is', (value) => {
    expect(guardFormula(value)).toBe(value);
  });
});
