import { describe, expect, it } from 'vitest';
import { classifyFailure } from '../../../src/bulk/run/classify-failure.js';
import { ERROR_CODES, GraphMailError, type GraphMailErrorCode } from '../../../src/common/errors.js';

const codes = Object.keys(ERROR_CODES) as GraphMailErrorCode[];
const statuses = [undefined, 400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 502, 503, 504];

const graph = (fields: ConstructorParameters<typeof GraphMailError>[1]) =>
  classifyFailure(new GraphMailError('It failed', fields));

describe('an error of the Graph transport', () => {
  it.each(codes)('with an unknown outcome is unknown, whatever else it says (%s)', (code) => {
    for (const permanent of [true, false]) {
      for (const responseCode of statuses) {
        expect(graph({ code, outcome: 'unknown', permanent, responseCode, retryAfter: 1 })).toEqual({
          kind: 'unknown',
        });
      }
    }
  });

  it.each(codes)('that was surely not sent is never unknown (%s)', (code) => {
    for (const permanent of [true, false]) {
      for (const responseCode of statuses) expect(graph({ code, permanent, responseCode }).kind).not.toBe('unknown');
    }
  });

  it.each<{ code: GraphMailErrorCode; permanent: string; passing: string }>([
    { code: 'EAUTH', permanent: 'hits-all', passing: 'later' },
    { code: 'EENVELOPE', permanent: 'rejected', passing: 'later' },
    { code: 'EMESSAGE', permanent: 'rejected', passing: 'later' },
    { code: 'ECONNECTION', permanent: 'hits-all', passing: 'hits-all' },
    { code: 'ESOCKET', permanent: 'later', passing: 'later' },
    { code: 'EDNS', permanent: 'later', passing: 'later' },
    { code: 'ETLS', permanent: 'later', passing: 'later' },
    { code: 'ETIMEDOUT', permanent: 'later', passing: 'later' },
    { code: 'ESTREAM', permanent: 'rejected', passing: 'rejected' },
    { code: 'EABORT', permanent: 'called-off', passing: 'called-off' },
    { code: 'ECONFIG', permanent: 'hits-all', passing: 'hits-all' },
    { code: 'EPROXY', permanent: 'later', passing: 'later' },
    { code: 'EMAXRECIPIENTS', permanent: 'rejected', passing: 'later' },
    { code: 'EFILEACCESS', permanent: 'rejected', passing: 'later' },
    { code: 'EURLACCESS', permanent: 'rejected', passing: 'later' },
    { code: 'EGRAPH', permanent: 'rejected', passing: 'later' },
  ])('$code is $permanent when it is permanent, else $passing', ({ code, permanent, passing }) => {
    expect(graph({ code, permanent: true }).kind).toBe(permanent);
    expect(graph({ code, permanent: false }).kind).toBe(passing);
  });

  it('is in that table whatever its code', () => expect(codes).toHaveLength(16));

  it.each<{ responseCode: number; graphCode?: string; kind: string }>([
    { responseCode: 400, kind: 'rejected' },
    { responseCode: 400, graphCode: 'ErrorInvalidRecipients', kind: 'rejected' },
    { responseCode: 400, graphCode: 'ErrorQuotaExceeded', kind: 'hits-all' },
    { responseCode: 401, kind: 'hits-all' },
    { responseCode: 403, kind: 'hits-all' },
    { responseCode: 403, graphCode: 'ErrorAccountDisabled', kind: 'hits-all' },
    { responseCode: 404, kind: 'hits-all' },
    { responseCode: 404, graphCode: 'ErrorInvalidUser', kind: 'hits-all' },
    { responseCode: 404, graphCode: 'MailboxNotEnabledForRESTAPI', kind: 'hits-all' },
    { responseCode: 404, graphCode: 'ErrorItemNotFound', kind: 'rejected' },
    { responseCode: 409, kind: 'rejected' },
    { responseCode: 413, kind: 'rejected' },
    { responseCode: 415, kind: 'rejected' },
  ])('refused for good with $responseCode $graphCode is $kind', ({ responseCode, graphCode, kind }) => {
    expect(graph({ code: 'EENVELOPE', permanent: true, responseCode, graphCode }).kind).toBe(kind);
  });

  it.each([429, 503])('put off with %i is tried again when the service said', (responseCode) => {
    expect(graph({ code: 'EGRAPH', responseCode, retryAfter: 90_000 })).toEqual({ kind: 'later', retryAfter: 90_000 });
    expect(graph({ code: 'EGRAPH', responseCode })).toEqual({ kind: 'later', retryAfter: undefined });
  });

  it('of Entra, which is busy, is tried again when it said', () => {
    const busy = { code: 'EAUTH', responseCode: 503, retryAfter: 10_000 } as const;
    expect(graph(busy)).toEqual({ kind: 'later', retryAfter: 10_000 });
    expect(graph({ ...busy, responseCode: 401 }).kind).toBe('later');
  });

  it('of another copy of the package is judged in the same way', () => {
    const brand = Symbol.for('nodemailer-graph-transport.error');
    const error = Object.assign(new Error('It failed'), { [brand]: true, code: 'EGRAPH', outcome: 'unknown' });
    expect(classifyFailure(error).kind).toBe('unknown');
  });
});

describe('an error of another transport', () => {
  const foreign = (fields: object) => classifyFailure(Object.assign(new Error('It failed'), fields)).kind;

  it.each<[object, string]>([
    [{ code: 'EAUTH' }, 'hits-all'],
    [{ code: 'ENOAUTH' }, 'hits-all'],
    [{ code: 'EOAUTH2' }, 'hits-all'],
    [{ code: 'ECONFIG' }, 'hits-all'],
    [{ code: 'EREQUIRETLS', command: 'MAIL FROM' }, 'hits-all'],
    [{ code: 'EENVELOPE', command: 'API' }, 'rejected'],
    [{ code: 'EMESSAGE', command: 'API' }, 'rejected'],
    [{ code: 'EMESSAGE', command: 'MAIL FROM' }, 'rejected'],
    [{ code: 'ESTREAM', command: 'API' }, 'rejected'],
    [{ code: 'EMAXRECIPIENTS' }, 'rejected'],
    [{ code: 'EFILEACCESS' }, 'rejected'],
    [{ code: 'EURLACCESS' }, 'rejected'],
    [{ code: 'ETLS', command: 'STARTTLS' }, 'later'],
    [{ code: 'EPROXY' }, 'later'],
    [{ code: 'EABORT', name: 'AbortError' }, 'unknown'],
    [{ code: 'EPROTOCOL', command: 'CONN' }, 'unknown'],
    [{ code: 'ESENDMAIL' }, 'unknown'],
    [{ code: 'ESES' }, 'unknown'],
    [{ code: 'ESOCKET', syscall: 'write', errno: -32 }, 'unknown'],
    [{}, 'unknown'],
  ])('%j is %s', (fields, kind) => expect(foreign(fields)).toBe(kind));

  it('of all addresses of a host that cannot be connected to is surely not sent', () => {
    const refused = (syscall: string) => Object.assign(new Error('refused'), { syscall, code: 'ECONNREFUSED' });
    const connects = new AggregateError([refused('connect'), refused('connect')]);
    expect(classifyFailure(Object.assign(connects, { code: 'ESOCKET' })).kind).toBe('later');
    const mixed = new AggregateError([refused('connect'), refused('read')]);
    expect(classifyFailure(Object.assign(mixed, { code: 'ESOCKET' })).kind).toBe('unknown');
    expect(classifyFailure(Object.assign(new AggregateError([]), { code: 'ESOCKET' })).kind).toBe('unknown');
  });

  it.each([undefined, null, 'text', 7, { code: 7 }, { responseCode: '550' }])(
    'that is none (%j) is unknown',
    (thrown) => {
      expect(classifyFailure(thrown).kind).toBe('unknown');
    },
  );
});
