import { describe, expect, test } from 'vitest';
import { describeNetworkFailure } from '../../src/graph/network-failure.js';
import { networkFailure } from '../helpers/answers.js';

const host = 'graph.microsoft.com';

describe('a failure of the network has one of Nodemailer’s codes and names the host', () => {
  test.each([
    ['ECONNREFUSED', 'connect', 'ESOCKET', false],
    ['ECONNRESET', 'read', 'ESOCKET', false],
    ['EHOSTUNREACH', 'connect', 'ESOCKET', false],
    ['ETIMEDOUT', 'connect', 'ESOCKET', false],
    ['ENOTFOUND', 'getaddrinfo', 'EDNS', false],
    ['EAI_AGAIN', 'getaddrinfo', 'EDNS', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', undefined, 'ETLS', true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', undefined, 'ETLS', true],
    ['CERT_HAS_EXPIRED', undefined, 'ETLS', true],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, 'ETLS', true],
    ['ERR_SSL_WRONG_VERSION_NUMBER', undefined, 'ETLS', true],
    ['EPROTO', 'write', 'ETLS', true],
  ])('%s (%s) is %s', (code, syscall, wanted, permanent) => {
    const fault = describeNetworkFailure(networkFailure(false, code, 'network', syscall), host);
    expect(fault).toMatchObject({ code: wanted, permanent });
    expect(fault.text).toContain(host);
    expect(fault.text).toContain(code);
    expect(fault.hint).toBeTruthy();
  });

  test('our own time limit is ETIMEDOUT', () => {
    const fault = describeNetworkFailure(networkFailure(true, undefined, 'timeout'), host);
    expect(fault).toMatchObject({ code: 'ETIMEDOUT', permanent: false });
    expect(fault.text).toContain(host);
  });

  test('the caller’s wish is EABORT', () => {
    expect(describeNetworkFailure(networkFailure(true, undefined, 'aborted'), host).code).toBe('EABORT');
  });
});
