import { describe, expect, it } from 'vitest';
import { printable, timeOfDay } from '../../src/cli/wording.js';

describe('a time of day', () => {
  const now = new Date(2026, 10, 23, 14, 0, 0).getTime();

  it('has its date only when that is not today', () => {
    expect(timeOfDay(new Date(2026, 10, 23, 14, 3, 5).getTime(), now)).toBe('14:03:05');
    expect(timeOfDay(new Date(2026, 10, 24, 9, 30, 0).getTime(), now)).toBe('2026-11-24 09:30:00');
  });
});

describe('text of others', () => {
  it('commands no terminal, and is on one line', () => {
    expect(printable('a\u001b[2Jb\r\nc\u009bd\u202ee')).toBe('a [2Jb c d e');
  });
});
