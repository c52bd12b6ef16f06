import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { describe, expect, test, vi } from 'vitest';
import { checkAgent, createAgent, trustedCertificates } from '../../src/graph/agent.js';
import { thrownBy } from '../helpers/failure.js';
import { appCertificate } from '../helpers/fixtures.js';

describe('an agent of the user', () => {
  test.each([
    ['https.Agent', new Agent()],
    ['a subclass of it', new (class extends Agent {})()],
    ['an agent for both, as of agent-base', new (class extends HttpAgent {})()],
    ['anything that takes requests', { addRequest: () => {} }],
  ])('%s is used as it is', (_, agent) => {
    expect(checkAgent(agent)).toBe(agent);
  });

  test.each<[unknown, string]>([
    [new HttpAgent(), 'an http.Agent'],
    [{}, 'an object'],
    ['http://proxy:8080', 'a string of 17 characters'],
    [null, 'null'],
    [true, 'true'],
  ])('case %#: what is none is refused', (value, words) => {
    const error = thrownBy(() => checkAgent(value));
    expect(error).toMatchObject({ code: 'ECONFIG', permanent: true });
    expect(error.message).toContain(`Option 'agent' is ${words}; expected an https.Agent`);
  });
});

describe('an extra CA is trusted besides', () => {
  const extra = '-----BEGIN CERTIFICATE-----\nZXh0cmE=\n-----END CERTIFICATE-----\n';
  const { getCACertificates } = tls as { getCACertificates?: (type: string) => string[] };

  test('what Node trusts already', () => {
    const known = getCACertificates?.('default') ?? tls.rootCertificates;
    expect(trustedCertificates({})).toEqual(known);
    // As `ca` it would be read anew for every connection.
    expect(createAgent(appCertificate.pem).options).toMatchObject({ secureContext: expect.anything() });
    expect(createAgent(appCertificate.pem).options.ca).toBeUndefined();
    expect(createAgent(undefined).options).not.toHaveProperty('secureContext');
  });

  test.skipIf(getCACertificates)('NODE_EXTRA_CA_CERTS, where Node does not tell it', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'ca-'));
    const file = path.join(folder, 'ca.pem');
    writeFileSync(file, extra);
    expect(trustedCertificates({ NODE_EXTRA_CA_CERTS: file })).toEqual([...tls.rootCertificates, extra]);
    rmSync(folder, { recursive: true });
    expect(trustedCertificates({ NODE_EXTRA_CA_CERTS: file })).toEqual(tls.rootCertificates);
  });
});

describe('the context that trusts an extra CA', () => {
  const contextOf = (ca: string) => (createAgent(ca).options as { secureContext?: unknown }).secureContext;
  const cas = Array.from({ length: 9 }, (_, i) => `${appCertificate.certificate}# ${i}\n`) as [string, ...string[]];

  test('is made once for each CA, and kept for the last eight', () => {
    const made = vi.spyOn(tls, 'createSecureContext');
    const [first, ...others] = cas;
    const context = contextOf(first);
    expect([contextOf(first), contextOf(first)]).toEqual([context, context]);
    expect(made).toHaveBeenCalledTimes(1);
    for (const ca of others.slice(0, 7)) contextOf(ca);
    expect(contextOf(first)).toBe(context);
    for (const ca of others) contextOf(ca);
    expect(made).toHaveBeenCalledTimes(9);
    contextOf(first);
    expect(made).toHaveBeenCalledTimes(10);
    made.mockRestore();
  });
});
