import { describe, expect, test } from 'vitest';
import { type FailedAttempt, requestError } from '../../../src/delivery/request/request-errors.js';
import { answer, graphError, networkFailure } from '../../helpers/answers.js';

const attempt: FailedAttempt = {
  command: 'sendMail',
  submission: true,
  outcome: 'not-sent',
  permanent: true,
  attempts: 1,
  clientRequestId: 'id',
  retryAfter: undefined,
  host: 'graph.microsoft.com',
  mailbox: 'noreply@contoso.com',
};

describe('every refusal of Graph says what to do', () => {
  test.each([400, 401, 403, 404, 405, 406, 409, 411, 412, 413, 415, 422, 451, 500, 501])('%i', (status) => {
    for (const body of ['', '<html>No</html>', graphError('SomethingNew')]) {
      expect(requestError(answer(status, {}, body), attempt).hint).toMatch(/^[A-Z].{30,}\.$/);
    }
  });

  test.each([
    [400, /header fields, addresses and attachments/],
    [401, /tenantId \(or what 'credential' or 'getToken' gives/],
    [405, /cloud.*proxy/],
    [409, /mailbox/],
  ])('%i in words of its own', (status, hint) => {
    expect(requestError(answer(status), attempt).hint).toMatch(hint);
  });
});

describe('every failure of the network says what to do', () => {
  test.each([
    networkFailure(true, undefined, 'timeout'),
    networkFailure(true, 'ECONNRESET'),
    networkFailure(false, 'ECONNREFUSED'),
    networkFailure(false, 'ENOTFOUND', 'network', 'getaddrinfo'),
    networkFailure(false, 'CERT_HAS_EXPIRED'),
    networkFailure(false, undefined, 'aborted'),
  ])('%o', (failure) => {
    expect(requestError(failure, attempt).hint).toMatch(/^[A-Z].{30,}\.$/);
  });

  test('and where the message may have been sent, nothing else than to look for it', () => {
    const error = requestError(networkFailure(true, 'ECONNRESET'), { ...attempt, outcome: 'unknown' });
    expect(error.hint).toMatch(/Sent Items/);
  });
});
