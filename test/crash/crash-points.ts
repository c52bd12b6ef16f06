import type { FaultRule } from '../../src/sandbox/index.js';
import type { FileStrike, OwnStrike, ReportStrike } from './strike.js';

/** How a run sends, and what it makes of mails of which nobody knows whether they went out. */
export type Mode = 'hold' | 'verify' | 'draft';
export const modes: readonly Mode[] = ['hold', 'verify', 'draft'];

/** One kill: by the process itself, or from outside as soon as a fault of the sandbox has struck. */
export interface Blow {
  own?: OwnStrike;
  faults?: readonly FaultRule[];
  /** The row of which the journal must say after this kill that its mail surely was not sent. */
  leaves?: number;
}

/** A moment at which a run is killed. */
export interface CrashPoint {
  name: string;
  /** The modes that have such a moment. */
  modes: readonly Mode[];
  /** Whether it lies on the way of a single row: then it is tried with the first row, one in the middle, and the last. */
  ofRow: boolean;
  /** The kill; `recipient` is the address of the row. A life may need one before it, to leave something to settle. */
  blows: (row: number, recipient: string) => readonly Blow[];
}

const direct: readonly Mode[] = ['hold', 'verify'];
const draft: readonly Mode[] = ['draft'];

type Moment = Omit<FileStrike, 'at'>;
const file = (moment: Moment): Blow => ({ own: { at: 'file', ...moment } });

function ofRun(name: string, ...moments: Moment[]): CrashPoint {
  return { name, modes, ofRow: false, blows: () => moments.map(file) };
}

type Written = NonNullable<FileStrike['record']>;
const stages: readonly [string, Pick<FileStrike, 'operation' | 'when'>][] = [
  ['before %s is written', { operation: 'write', when: 'before' }],
  ['when half of %s is written', { operation: 'write', when: 'half' }],
  ['when %s is written, but not synchronised', { operation: 'write', when: 'after' }],
  ['when %s is on the disk', { operation: 'datasync', when: 'after' }],
];

/** The four moments in the writing of a record. */
function aroundRecord(
  name: string,
  point: Pick<CrashPoint, 'modes' | 'ofRow'>,
  record: (row: number) => Written,
  prepare: (
    row: number,
    recipient: string,
  ) => { earlier?: readonly Blow[]; faults?: readonly FaultRule[] } = () => ({}),
): CrashPoint[] {
  return stages.map(([stage, moment]) => ({
    name: stage.replace('%s', name),
    ...point,
    blows: (row, recipient) => {
      const { earlier = [], faults = [] } = prepare(row, recipient);
      return [...earlier, { ...file({ ...moment, record: record(row) }), faults }];
    },
  }));
}

const begin: readonly CrashPoint[] = [
  ofRun('before the folder is made', { operation: 'mkdir', when: 'before' }),
  ofRun('before the lock is written', { operation: 'open', path: 'lock.new', when: 'before' }),
  ofRun('when the lock is half written', { operation: 'write', path: 'lock.new', when: 'half' }),
  ofRun('before the lock is taken', { operation: 'link', when: 'before' }),
  ofRun('when the lock is taken', { operation: 'link', when: 'after' }),
  ofRun('when the lock file of its making is gone', { operation: 'unlink', path: 'lock.new', when: 'after' }),
  ofRun('before the first record is written', { operation: 'write', path: 'journal.jsonl.new', when: 'before' }),
  ofRun('when half of the first record is written', { operation: 'write', path: 'journal.jsonl.new', when: 'half' }),
  ofRun('before the first record is synchronised', { operation: 'sync', path: 'journal.jsonl.new', when: 'before' }),
  ofRun('before the journal gets its name', { operation: 'rename', path: 'journal.jsonl.new', when: 'before' }),
  ofRun('when the journal has its name', { operation: 'rename', path: 'journal.jsonl.new', when: 'after' }),
  ofRun('before the journal is opened', { operation: 'open', path: 'journal.jsonl', when: 'before', nth: 3 }),
  ...aroundRecord('the start of the session', { modes, ofRow: false }, () => ({ type: 'session', event: 'start' })),
];

const resumption: readonly CrashPoint[] = [
  ofRun(
    'before an old lock is tidied away',
    { operation: 'write', when: 'after', record: { type: 'attempt' } },
    { operation: 'unlink', path: 'lock.1', when: 'before' },
  ),
  ofRun(
    'before a torn end is cut off',
    { operation: 'write', when: 'half', record: { type: 'attempt', row: 7 } },
    { operation: 'truncate', when: 'before' },
  ),
  ofRun(
    'when a torn end was cut off',
    { operation: 'write', when: 'half', record: { type: 'attempt', row: 7 } },
    { operation: 'truncate', when: 'after' },
  ),
  ofRun(
    'before a resumed journal is synchronised',
    { operation: 'write', when: 'after', record: { type: 'sent', row: 5 } },
    { operation: 'sync', path: 'journal.jsonl', when: 'before' },
  ),
];

const end: readonly CrashPoint[] = [
  ...aroundRecord('the end of the session', { modes, ofRow: false }, () => ({ type: 'session', event: 'end' })),
  ofRun('before the lock is given back', { operation: 'rename', path: 'lock.', when: 'before' }),
  ofRun('when the lock is given back', { operation: 'rename', path: 'lock.', when: 'after' }),
];

const ofRowInAll = { modes, ofRow: true };

const rows: readonly CrashPoint[] = [
  ...aroundRecord('an attempt', ofRowInAll, (row) => ({ type: 'attempt', row })),
  ...aroundRecord('the result', ofRowInAll, (row) => ({ type: 'sent', row })),
];

const refusal = (on: 'sendMail' | 'sendDraft', recipient: string): FaultRule => ({ on, recipient, status: 400 });
const doubt = (recipient: string): FaultRule => ({
  on: 'sendMail',
  recipient,
  status: 504,
  delivered: true,
});

const pause = (on: 'sendMail' | 'sendDraft', recipient: string): FaultRule => ({
  on,
  recipient,
  status: 429,
  headers: { 'Retry-After': '30' },
});

/** Around the record that a request was refused for now; and then while the Retry-After is waited out. */
const pauses: readonly CrashPoint[] = (
  [
    ['a refusal for now', direct, 'sendMail'],
    ['a refusal for now of a draft', draft, 'sendDraft'],
  ] as const
).flatMap(([name, on, request]) => [
  ...stages.map(
    ([stage, moment]): CrashPoint => ({
      name: stage.replace('%s', name),
      modes: on,
      ofRow: true,
      blows: (row, recipient) => [
        {
          ...file({ ...moment, record: { type: 'returned', row } }),
          faults: [pause(request, recipient)],
          ...(moment.operation === 'datasync' && { leaves: row }),
        },
      ],
    }),
  ),
  {
    name: `while the pause after ${name} is waited out`,
    modes: on,
    ofRow: true,
    blows: (row: number, recipient: string) => [
      {
        ...file({ operation: 'datasync', when: 'after', later: 150, record: { type: 'returned', row } }),
        faults: [pause(request, recipient)],
        leaves: row,
      },
    ],
  },
]);

const failures: readonly CrashPoint[] = [
  ...aroundRecord(
    'a rejection',
    { modes: direct, ofRow: true },
    (row) => ({ type: 'rejected', row }),
    (_, recipient) => ({ faults: [refusal('sendMail', recipient)] }),
  ),
  ...aroundRecord(
    'a doubt',
    { modes: ['hold'], ofRow: true },
    (row) => ({ type: 'unknown', row }),
    (_, recipient) => ({ faults: [doubt(recipient)] }),
  ),
  ...aroundRecord(
    'the withdrawal of a draft',
    { modes: draft, ofRow: true },
    (row) => ({ type: 'returned', row }),
    (_, recipient) => ({ faults: [refusal('sendDraft', recipient)] }),
  ),
  ...aroundRecord(
    'the rejection of a draft',
    { modes: draft, ofRow: true },
    (row) => ({ type: 'rejected', row }),
    (_, recipient) => ({ faults: [refusal('sendDraft', recipient)] }),
  ),
];

function onTheWire(name: string, on: readonly Mode[], faults: (recipient: string) => FaultRule[], own?: OwnStrike) {
  const blow = (recipient: string): Blow => ({ faults: faults(recipient), ...(own && { own }) });
  return { name, modes: on, ofRow: true, blows: (_: number, recipient: string) => [blow(recipient)] };
}

const wire: readonly CrashPoint[] = [
  onTheWire('when a request has come and nothing is decided', direct, (recipient) => [
    { on: 'sendMail', recipient, silence: true },
  ]),
  onTheWire('when a mail is taken and not answered', direct, (recipient) => [
    { on: 'sendMail', recipient, silence: true, delivered: true },
  ]),
  onTheWire('when the answer about a mail is under way', direct, (recipient) => [
    { on: 'sendMail', recipient, drip: 20_000 },
  ]),
  onTheWire('when a draft is made and not answered', draft, (recipient) => [
    { on: 'createDraft', recipient, silence: true, delivered: true },
  ]),
  onTheWire('when the sending of a draft has come and nothing is decided', draft, (recipient) => [
    { on: 'sendDraft', recipient, silence: true },
  ]),
  onTheWire('when a draft is sent and not answered', draft, (recipient) => [
    { on: 'sendDraft', recipient, silence: true, delivered: true },
  ]),
  onTheWire('when the answer about a draft is under way', draft, (recipient) => [
    { on: 'createDraft', recipient, drip: 20_000 },
  ]),
  ...[1, 9, 20].flatMap((nth): CrashPoint[] => [
    {
      name: 'when a request was handed over',
      modes: direct,
      ofRow: false,
      blows: () => [{ own: { at: 'request', method: 'POST', path: '/sendMail', nth } }],
    },
    {
      name: 'when an answer has come',
      modes: direct,
      ofRow: false,
      blows: () => [{ own: { at: 'answer', method: 'POST', path: '/sendMail', nth } }],
    },
    {
      name: 'when the request for a draft was handed over',
      modes: draft,
      ofRow: false,
      blows: () => [{ own: { at: 'request', method: 'POST', path: '/messages', nth } }],
    },
    {
      name: 'when the id of a draft has come',
      modes: draft,
      ofRow: false,
      blows: () => [{ own: { at: 'answer', method: 'POST', path: '/messages', nth } }],
    },
    {
      name: 'when the request to send a draft was handed over',
      modes: draft,
      ofRow: false,
      blows: () => [{ own: { at: 'request', method: 'POST', path: '/send', nth } }],
    },
    {
      name: 'when a draft is known to be sent',
      modes: draft,
      ofRow: false,
      blows: () => [{ own: { at: 'answer', method: 'POST', path: '/send', nth } }],
    },
  ]),
  {
    name: 'when the deletion of a draft was asked for',
    modes: draft,
    ofRow: true,
    blows: (_, recipient) => [
      { own: { at: 'request', method: 'DELETE', path: '' }, faults: [refusal('sendDraft', recipient)] },
    ],
  },
  {
    name: 'when a draft is deleted',
    modes: draft,
    ofRow: true,
    blows: (_, recipient) => [
      { own: { at: 'answer', method: 'DELETE', path: '' }, faults: [refusal('sendDraft', recipient)] },
    ],
  },
];

// A first kill leaves mails in flight; the second comes while they are settled. Where that changes nothing, so does a third.
const taken = (recipient: string, on: 'sendMail' | 'sendDraft'): Blow => ({
  faults: [{ on, recipient, silence: true, delivered: true }],
});
const lost = (recipient: string): Blow => ({ faults: [{ on: 'sendDraft', recipient, silence: true }] });

function settling(
  name: string,
  mode: Mode,
  earlier: (recipient: string) => Blow,
  blow: (row: number) => Blow,
  times = 2,
): CrashPoint {
  return {
    name,
    modes: [mode],
    ofRow: true,
    blows: (row, recipient) => [earlier(recipient), ...new Array<Blow>(times).fill(blow(row))],
  };
}

const settlings: readonly CrashPoint[] = [
  ...stages.map(([stage, moment]) =>
    settling(
      stage.replace('%s', 'what is held as unknown'),
      'hold',
      (recipient) => taken(recipient, 'sendMail'),
      (row) => file({ ...moment, record: { type: 'unknown', row } }),
      moment.when === 'before' ? 2 : 1,
    ),
  ),
  ...stages.map(([stage, moment]) =>
    settling(
      stage.replace('%s', 'what was found in Sent Items'),
      'verify',
      (recipient) => taken(recipient, 'sendMail'),
      (row) => file({ ...moment, record: { type: 'sent', row } }),
      moment.when === 'before' ? 2 : 1,
    ),
  ),
  ...stages.map(([stage, moment]) =>
    settling(
      stage.replace('%s', 'that a draft had been sent'),
      'draft',
      (recipient) => taken(recipient, 'sendDraft'),
      (row) => file({ ...moment, record: { type: 'sent', row } }),
      moment.when === 'before' ? 2 : 1,
    ),
  ),
  ...stages.map(([stage, moment]) =>
    settling(
      stage.replace('%s', 'that a draft is sent now'),
      'draft',
      lost,
      (row) => file({ ...moment, record: { type: 'sent', row } }),
      moment.when === 'before' ? 2 : 1,
    ),
  ),
  settling(
    'when Sent Items are being asked',
    'verify',
    (recipient) => taken(recipient, 'sendMail'),
    () => ({ own: { at: 'request', method: 'GET', path: '' } }),
  ),
  settling(
    'when Sent Items have answered',
    'verify',
    (recipient) => taken(recipient, 'sendMail'),
    () => ({ own: { at: 'answer', method: 'GET', path: '' } }),
  ),
  settling('when a draft is being sent that a killed process left', 'draft', lost, () => ({
    own: { at: 'request', method: 'POST', path: '/send' },
  })),
  settling('when a draft is sent that a killed process left', 'draft', lost, () => ({
    own: { at: 'answer', method: 'POST', path: '/send' },
  })),
];

const reports: readonly CrashPoint[] = [1, 2, 3].flatMap((nth) =>
  (['open', 'rename'] as const).flatMap((operation) =>
    (['before', 'after'] as const).map((when): CrashPoint => {
      const own: ReportStrike = { at: 'report', operation, when, nth };
      const what = operation === 'open' ? 'is begun' : 'gets its name';
      return { name: `${when} report ${nth} ${what}`, modes: ['hold'], ofRow: false, blows: () => [{ own }] };
    }),
  ),
);

export const crashPoints: readonly CrashPoint[] = [
  ...begin,
  ...resumption,
  ...rows,
  ...pauses,
  ...failures,
  ...wire,
  ...settlings,
  ...end,
  ...reports,
];
