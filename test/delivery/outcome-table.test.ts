import { describe, expect, test } from 'vitest';
import { classifyDraftSend } from '../../src/delivery/draft/draft-outcome.js';
import { classifyPreparation, classifySubmission, type Outcome } from '../../src/delivery/request/outcome.js';
import type { HttpAnswer } from '../../src/graph/http.js';

const now = Date.UTC(2026, 10, 23, 10);
const never: Outcome = { kind: 'not-sent', retry: 'never' };
const newToken: Outcome = { kind: 'not-sent', retry: 'new-token', throttled: false };
const unknown: Outcome = { kind: 'unknown' };
const later = (retryAfter?: number): Outcome => ({ kind: 'not-sent', retry: 'later', retryAfter, throttled: true });

/** Every status with every code that Graph, Exchange and Entra are documented or reported to answer a mail request with. */
const answers: [status: number, codes: string[], plain: Outcome, withRetryAfter: Outcome][] = [
  [
    400,
    [
      'ErrorInvalidRecipients',
      'RequestBroker--ParseUri',
      'ErrorMimeContentInvalidBase64String',
      'ErrorMimeContentInvalid',
      'ErrorUnsupportedMimeConversion',
      'ErrorInvalidParameter',
      'UnableToDeserializePostBody',
      'BadRequest',
      'ErrorMessageSizeExceeded',
      'ErrorQuotaExceeded',
      'ErrorInvalidUser',
      'InvalidInternetMessageHeader',
      'InvalidInternetMessageHeaderCollection',
      'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize',
    ],
    never,
    never,
  ],
  [401, ['InvalidAuthenticationToken', 'NoPermissionsInAccessToken'], newToken, newToken],
  [
    403,
    [
      'ErrorAccessDenied',
      'NoPermissionsInAccessToken',
      'ErrorSendAsDenied',
      'Authorization_RequestDenied',
      'ErrorAccountDisabled',
      'ErrorMailboxLogonFailed',
      'ErrorImpersonateUserDenied',
      'extensionError',
    ],
    never,
    never,
  ],
  [
    404,
    [
      'MailboxNotEnabledForRESTAPI',
      'ErrorInvalidUser',
      'ErrorItemNotFound',
      'ResourceNotFound',
      'Request_ResourceNotFound',
    ],
    never,
    never,
  ],
  [405, ['Request_BadRequest', 'ErrorInvalidRequest'], never, never],
  [408, ['ErrorTimeoutExpired'], unknown, unknown],
  [409, ['ErrorIrresolvableConflict'], never, never],
  [411, ['LengthRequired'], never, never],
  [413, ['BadRequest', 'ErrorMessageSizeExceeded'], never, never],
  [415, ['UnsupportedMediaType'], never, never],
  [429, ['ApplicationThrottled', 'TooManyRequests', 'activityLimitReached'], later(undefined), later(2_128)],
  [
    500,
    [
      'ErrorMimeContentConversionFailed',
      'ErrorContentConversionFailed',
      'ErrorInternalServerError',
      'ErrorInternalServerTransientError',
      'ErrorMailboxStoreUnavailable',
      'ErrorMailboxMoveInProgress',
      'ErrorMailboxFailover',
      'ErrorSubmissionQuotaExceeded',
      'ErrorInsufficientResources',
      'ErrorVirusDetected',
    ],
    unknown,
    unknown,
  ],
  [502, ['BadGateway', 'UnknownError'], unknown, unknown],
  [503, ['ErrorServerBusy', 'UnknownError', 'ServiceUnavailable', 'ApplicationThrottled'], unknown, later(2_128)],
  [504, ['UnknownError', 'GatewayTimeout'], unknown, unknown],
  [507, ['ErrorQuotaExceeded'], unknown, unknown],
  [509, ['activityLimitReached'], unknown, unknown],
  [200, ['ErrorInternalServerError'], unknown, unknown],
  [201, ['UnknownError'], unknown, unknown],
  [202, ['UnknownError'], { kind: 'sent' }, { kind: 'sent' }],
  [204, ['UnknownError'], unknown, unknown],
];

/** How an error is written: the code must not matter where the status decides, nor where it stands. */
const shapes: [string, (code: string) => string][] = [
  [
    'with innerError',
    (code) => JSON.stringify({ error: { code, message: 'No.', innerError: { code: 'x', date: 'd' } } }),
  ],
  ['with innererror', (code) => JSON.stringify({ error: { code, message: 'No.', innererror: { status: '202' } } })],
  ['alone', (code) => JSON.stringify({ error: { code } })],
  ['as text in place of error', (code) => JSON.stringify({ error: code, error_description: code })],
  ['in a page', (code) => `<html><body>${code}</body></html>`],
  ['cut off', (code) => `{"error":{"code":"${code}`],
  ['not there at all', () => ''],
];

/** Whether the code can be read from it. */
const isCoded = (shape: string) => !/text|page|cut|all/.test(shape);

const cases = answers.flatMap(([status, codes, plain, withRetryAfter]) =>
  codes.flatMap((code) =>
    shapes.flatMap(([shape, body]) =>
      ([undefined, '2.128'] as const).map((retryAfter) => ({
        name: `${status} ${code}, ${shape}${retryAfter ? ', with Retry-After' : ''}`,
        status,
        result: { status, headers: retryAfter ? { 'retry-after': retryAfter } : {}, body: body(code) } as HttpAnswer,
        expected: retryAfter ? withRetryAfter : plain,
        found: code === 'ErrorItemNotFound' && status === 404 && isCoded(shape),
        coded: isCoded(shape),
      })),
    ),
  ),
);

test('the table holds every answer once', () => {
  expect(cases.length).toBeGreaterThan(700);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

describe('a message', () => {
  test.each(cases)('after $name', ({ result, expected }) => {
    expect(classifySubmission(result, now)).toEqual(expected);
  });
});

describe('a draft whose sending is not in doubt', () => {
  test.each(cases)('after $name', ({ result, expected }) => {
    const repeated: Outcome = expected.kind === 'unknown' ? { kind: 'unknown', repeat: true } : expected;
    expect(classifyDraftSend(result, now, { doubtful: false, made: false })).toEqual(repeated);
  });
});

describe('a draft that an earlier request may have sent', () => {
  test.each(cases)('after $name', ({ result, expected, status, found, coded }) => {
    const outcome = classifyDraftSend(result, now, { doubtful: true, made: true });
    const repeatable = status === 409 || (status === 404 && !coded);
    if (found || status === 202) expect(outcome).toEqual({ kind: 'sent' });
    else if (expected === never) expect(outcome).toEqual({ kind: 'unknown', repeat: repeatable });
    else expect(outcome).toEqual(expected === unknown ? { kind: 'unknown', repeat: true } : expected);
  });
});

describe('a draft whose sending was refused before, as it was said', () => {
  test.each(cases)('after $name', ({ result, expected, found }) => {
    const outcome = classifyDraftSend(result, now, { doubtful: false, made: true });
    const repeated: Outcome = expected.kind === 'unknown' ? { kind: 'unknown', repeat: true } : expected;
    expect(outcome).toEqual(found ? unknown : repeated);
  });
});

describe('what only prepares the sending', () => {
  test.each(cases)('has not worked after $name', ({ result, expected }) => {
    const outcome = classifyPreparation(203)(result, now, { doubtful: false, made: false });
    expect(outcome).toEqual(expected.kind === 'sent' ? unknown : expected);
  });
});
