import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageIdFor, rowKey, runId, stableJson } from '../../../src/bulk/journal/run-id.js';

describe('the id of a run', () => {
  const input = { recipientsSha256: 'aa', templateSha256: 'bb', optionsSha256: 'cc' };

  it('is the same for the same input, and another one when anything differs', () => {
    const ids = [
      input,
      { ...input, recipientsSha256: 'ab' },
      { ...input, templateSha256: 'ab' },
      { ...input, optionsSha256: 'ab' },
      { ...input, recipientsSha256: 'bb', templateSha256: 'aa' },
    ].map((each) => runId(each));
    expect(new Set(ids).size).toBe(ids.length);
    expect(runId({ ...input })).toBe(ids[0]);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is another one every time when part of the input cannot be known', () => {
    const unknowable = { ...input, templateSha256: undefined };
    expect(runId(unknowable)).not.toBe(runId(unknowable));
    expect(runId(unknowable, () => 'dice')).toBe(runId(unknowable, () => 'dice'));
  });
});

describe('JSON in a stable order', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, each]) => [name, shuffled(each)]),
    );
  };

  it('does not depend on the order in which properties were set, and loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        expect(stableJson(shuffled(value))).toBe(stableJson(value));
        expect(JSON.stringify(JSON.parse(stableJson(value)))).toBe(stableJson(value));
        expect(JSON.parse(stableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('keeps the order of lists', () => {
    expect(stableJson([2, 1])).not.toBe(stableJson([1, 2]));
  });

  it.each<[string, unknown, string]>([
    ['dates as text', { on: new Date(0) }, '{"on":"1970-01-01T00:00:00.000Z"}'],
    ['big integers as digits', { n: 12n }, '{"n":"12n"}'],
    ['nothing for undefined', { a: undefined, b: 1 }, '{"b":1}'],
    ['the name __proto__', JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
    ['undefined alone as null', undefined, 'null'],
  ])('writes %s', (_, value, json) => {
    expect(stableJson(value)).toBe(json);
  });

  it('refuses what contains itself, but not what stands there twice', () => {
    const one: Record<string, unknown> = {};
    expect(stableJson([one, one])).toBe('[{},{}]');
    one.again = { one };
    expect(() => stableJson(one)).toThrow(/contains itself/);
  });
});

describe('the key of a row', () => {
  it('does not depend on the order of the columns, but on every value', () => {
    const key = rowKey({ email: 'a@example.com', name: 'A' });
    expect(key).toMatch(/^[0-9a-f]{16}$/);
    expect(rowKey({ name: 'A', email: 'a@example.com' })).toBe(key);
    expect(rowKey({ name: 'a', email: 'a@example.com' })).not.toBe(key);
    expect(rowKey({ email: 'a@example.com', name: 'A', more: '' })).not.toBe(key);
  });

  it('tells lone surrogates apart', () => {
    expect(rowKey({ name: '\ud800' })).not.toBe(rowKey({ name: '\ud801' }));
  });
});

describe('the Message-ID of a row', () => {
  const id = messageIdFor('run', 1, 'key', 'example.com');

  it('is the same at every attempt, and no other row or run has it', () => {
    expect(id).toMatch(/^<[0-9a-f]{32}@example\.com>$/);
    expect(messageIdFor('run', 1, 'key', 'example.com')).toBe(id);
    const others = [
      messageIdFor('run', 2, 'key', 'example.com'),
      messageIdFor('other', 1, 'key', 'example.com'),
      messageIdFor('run', 1, 'other', 'example.com'),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  it('has a domain that a header can carry, whatever it is given', () => {
    expect(messageIdFor('run', 1, 'key', 'BÜCHER.example')).toMatch(/@xn--bcher-kva\.example>$/);
    for (const domain of ['', 'a b', 'a>\r\nBcc: x@example.com', '[127.0.0.1]', 'a..b>']) {
      expect(messageIdFor('run', 1, 'key', domain)).toMatch(/^<[0-9a-f]{32}@[a-z0-9.-]+>$/);
    }
  });
});
