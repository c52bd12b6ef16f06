import { describe, expect, test, vi } from 'vitest';
import { finishMessage } from '../../../src/message/body.js';
import type { HeaderField } from '../../../src/message/header/header.js';
import { addressesIn, reconcileRecipients } from '../../../src/message/header/recipients.js';
import { thrownBy } from '../../helpers/failure.js';

const header = (fields: Record<string, string | string[]>): HeaderField[] =>
  Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ name, value, start: 0, end: 0 })),
  );

describe('header and envelope name the same people', () => {
  test('when they already do, nothing is to be done', () => {
    expect(
      reconcileRecipients(header({ To: 'a@x.example', Cc: 'b@x.example', Bcc: 'c@x.example' }), [
        'a@x.example',
        'b@x.example',
        'c@x.example',
      ]),
    ).toEqual({ recipients: ['a@x.example', 'b@x.example', 'c@x.example'], bccMissing: [] });
  });

  test('without an envelope, the header says who gets it', () => {
    expect(reconcileRecipients(header({ To: 'a@x.example', Bcc: ['b@x.example', 'c@x.example'] }), undefined)).toEqual({
      recipients: ['a@x.example', 'b@x.example', 'c@x.example'],
      bccMissing: [],
    });
  });

  test('who stands in the envelope alone is missing from Bcc', () => {
    expect(reconcileRecipients(header({ To: 'a@x.example' }), ['a@x.example', 'b@x.example'])).toEqual({
      recipients: ['a@x.example', 'b@x.example'],
      bccMissing: ['b@x.example'],
    });
  });

  test('a different spelling is the same person', () => {
    expect(reconcileRecipients(header({ To: 'Ana@Müller.example' }), ['ana@xn--mller-kva.EXAMPLE'])).toEqual({
      recipients: ['ana@xn--mller-kva.EXAMPLE'],
      bccMissing: [],
    });
  });

  test('everybody is named once, in the order and spelling of the first mention', () => {
    expect(reconcileRecipients(header({}), ['A@x.example', 'b@x.example', 'a@x.example', 'B@x.example'])).toEqual({
      recipients: ['A@x.example', 'b@x.example'],
      bccMissing: ['A@x.example', 'b@x.example'],
    });
    expect(reconcileRecipients(header({ To: 'a@x.example, b@x.example, A@x.example' }), undefined).recipients).toEqual([
      'a@x.example',
      'b@x.example',
    ]);
  });

  test('a group is its members', () => {
    expect(reconcileRecipients(header({ To: 'Team: a@x.example, b@x.example;' }), undefined).recipients).toEqual([
      'a@x.example',
      'b@x.example',
    ]);
  });
});

describe('what Graph cannot express is refused with EENVELOPE, not sent, for good', () => {
  const refused = (fields: Record<string, string | string[]>, envelope?: string[]) => {
    const error = thrownBy(() => reconcileRecipients(header(fields), envelope));
    expect(error).toMatchObject({ code: 'EENVELOPE', outcome: 'not-sent', permanent: true, command: 'API' });
    expect(error.hint).toBeTruthy();
    return error;
  };

  test('a header recipient whom the envelope leaves out, by name', () => {
    const error = refused({ To: 'a@x.example, eve@x.example', Bcc: 'Mallory@x.example' }, ['a@x.example']);
    expect(error.message).toContain('eve@x.example, Mallory@x.example');
    expect(error.rejected).toEqual(['eve@x.example', 'Mallory@x.example']);
  });

  test('an address that only looks like one in the envelope', () => {
    expect(refused({ To: 'ana@x.example/y' }, ['ana@x.example']).rejected).toEqual(['ana@x.example/y']);
  });

  test('letters outside ASCII before the @, in the envelope or the header', () => {
    expect(refused({}, ['jürgen@x.example']).rejected).toEqual(['jürgen@x.example']);
    expect(refused({ Cc: 'jürgen@x.example' }, ['a@x.example']).rejected).toEqual(['jürgen@x.example']);
  });

  test('nobody', () => {
    expect(refused({}).message).toBe('No recipients defined.');
    expect(refused({ To: 'Undisclosed recipients:;' }).message).toBe('No recipients defined.');
    expect(refused({ To: 'a@x.example' }, []).message).toBe('No recipients defined.');
  });

  test('two To fields, of which nobody knows which Graph reads', () => {
    expect(refused({ To: ['a@x.example', 'b@x.example'] }).message).toContain('2 To fields');
  });

  test('a field that can be understood in two ways', () => {
    expect(refused({ Cc: 'a@x.example b@x.example' }).message).toContain('Cc field');
  });
});

test('two From fields are refused too', () => {
  expect(thrownBy(() => addressesIn(header({ From: ['a@x.example', 'b@x.example'] }), 'from')).code).toBe('EENVELOPE');
});

/** How many elements the searches in arrays look at, at most, while something runs. */
function searched(run: () => void): number {
  let elements = 0;
  const spies = (['includes', 'indexOf', 'find', 'findIndex', 'some', 'every', 'filter'] as const).map((name) => {
    const original = Array.prototype[name] as (...args: unknown[]) => unknown;
    return vi.spyOn(Array.prototype, name).mockImplementation(function (this: unknown[], ...args: unknown[]) {
      elements += this.length;
      return original.apply(this, args) as never;
    });
  });
  try {
    run();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return elements;
}

test.each(['in the header', 'in the envelope alone'])('many recipients %s are looked at a few times each', (where) => {
  const work = (count: number) => {
    const people = Array.from({ length: count }, (_, i) => `user${i}@x.example`);
    const inHeader = where === 'in the header' ? people : people.slice(0, 1);
    const mime = Buffer.from(`From: a@x.example\r\nTo: ${inHeader.join(',\r\n ')}\r\n\r\nHi\r\n`);
    return searched(() => {
      const plan = { mailbox: 'a@x.example', envelopeTo: people, raw: false };
      expect(finishMessage(mime, plan).recipients).toHaveLength(count);
    });
  };
  // With the square of their number it would be thousands.
  expect(work(4_000) / 4_000).toBeLessThan(20);
  expect(work(8_000) / 4_000).toBeLessThan(40);
});
