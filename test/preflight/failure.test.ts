import { describe, expect, it } from 'vitest';
import { graphPreflight } from '../../src/preflight/preflight.js';
import { kindsOf, mailbox, plain, preflighted, recorder } from './support.js';

const poison = new Proxy(
  {},
  {
    get() {
      throw new Error('poisoned');
    },
  },
);

/** What Nodemailer hands to a stream plugin, and everything that could be wrong with it. */
const broken: [string, unknown][] = [
  ['undefined', undefined],
  ['no message', { data: {}, message: null }],
  ['another kind of message', { data: {}, message: {} }],
  ['getters that throw', poison],
  ['data that throws', { data: poison, message: poison }],
  [
    'an envelope that throws a string',
    {
      data: {},
      message: {
        _headers: [],
        getEnvelope() {
          throw 'text';
        },
      },
    },
  ],
  [
    'an envelope that throws what cannot be read',
    {
      data: {},
      message: {
        _headers: [],
        getEnvelope() {
          throw Object.create(null);
        },
      },
    },
  ],
];

describe('a failure in the check', () => {
  it.each(broken)('is reported, and the mail goes on: %s', (_name, mail) => {
    const entries: unknown[] = [];
    const plugin = graphPreflight({ mailbox, report: (entry) => void entries.push(entry) });
    const calls: unknown[][] = [];
    plugin(mail as never, (...args) => void calls.push(args));
    expect(calls).toEqual([[]]);
    expect(entries).toMatchObject([
      { verdict: 'unchecked', findings: [{ kind: 'preflight-failed', severity: 'note' }] },
    ]);
    expect(plugin.summary()).toMatchObject({ mails: 1, unchecked: 1, byKind: { 'preflight-failed': { mails: 1 } } });
  });

  it('in a header function of the user does not stop the mail from being sent', async () => {
    let calls = 0;
    const { recorded, transport } = recorder();
    const { transporter, entries } = preflighted({}, transport);
    const normalizeHeaderKey = (key: string) => {
      if (calls++ === 0) throw new Error('once');
      return key;
    };
    await transporter.sendMail({ ...plain, normalizeHeaderKey });
    expect(entries.map(kindsOf)).toEqual([['preflight-failed']]);
    expect(entries[0]?.findings[0]?.message).toContain('once');
    expect(recorded).toHaveLength(1);
  });

  it('in a getter of the content does not stop the mail from being sent', async () => {
    let reads = 0;
    const content = {
      get path(): string {
        if (reads++ === 0) throw new Error('not yet');
        return import.meta.filename;
      },
    };
    const { recorded, transport } = recorder();
    const { transporter, entries } = preflighted({}, transport);
    await transporter.sendMail({ ...plain, attachments: [{ filename: 'a.ts', content: content as never }] });
    expect(entries.map(kindsOf)).toEqual([['data-refused']]);
    expect(recorded).toHaveLength(1);
  });
});

describe('a report function that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('report');
      },
    ],
    ['rejects', () => Promise.reject(new Error('report'))],
  ])('and %s does not touch the mail', async (_name, report) => {
    const { recorded, transport } = recorder();
    const { transporter, preflight } = preflighted({ report }, transport);
    await transporter.sendMail(plain);
    await transporter.sendMail({ ...plain, attachments: [{ path: import.meta.filename }] });
    expect(recorded).toHaveLength(2);
    expect(preflight.summary()).toMatchObject({ mails: 2, clean: 2, reportFailures: 2 });
  });

  it('is not needed', async () => {
    const { transporter, preflight } = preflighted({ report: undefined });
    await transporter.sendMail(plain);
    expect(preflight.summary()).toMatchObject({ mails: 1, clean: 1, reportFailures: 0 });
  });
});

describe('what follows in Nodemailer', () => {
  it('is called once, and its own failure is not swallowed', () => {
    let calls = 0;
    const plugin = graphPreflight({ mailbox });
    const follow = () => {
      calls++;
      throw new Error('of the transport');
    };
    expect(() => plugin({ data: {}, message: null }, follow)).toThrow('of the transport');
    expect(calls).toBe(1);
  });

  it('is told of no error for a mail that Graph would refuse', () => {
    const calls: unknown[][] = [];
    graphPreflight({ mailbox: () => 'nobody' })({ data: {}, message: null }, (...args) => void calls.push(args));
    expect(calls).toEqual([[]]);
  });

  it('keeps the failures of a mail as they are', async () => {
    const failing = {
      name: 'Failing',
      version: '1',
      send: (_: unknown, done: (error: Error) => void) =>
        done(Object.assign(new Error('550 no'), { code: 'EENVELOPE' })),
    };
    const { transporter, entries } = preflighted({}, failing);
    await expect(transporter.sendMail(plain)).rejects.toMatchObject({ message: '550 no', code: 'EENVELOPE' });
    expect(entries).toMatchObject([{ verdict: 'clean' }]);
  });
});
