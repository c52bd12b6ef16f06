import { describe, expect, it } from 'vitest';
import { OwnNames, originOf } from '../../src/sandbox/http/own-names.js';
import { Timers } from '../../src/sandbox/http/timers.js';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';
import { settle } from '../../src/sandbox/options.js';
import { createServices } from '../../src/sandbox/services.js';
import { startClient } from './support.js';

describe('startSandbox refuses', () => {
  it.each<[options: unknown, message: string]>([
    [null, 'startSandbox is null, expected an object'],
    [{ latncy: 1 }, 'startSandbox: "latncy" is unknown. Did you mean "latency"?'],
    [{ smtp: 'x' }, '"smtp" is unknown. Known are port, inboxPort,'],
    [{ port: 70_000 }, 'startSandbox: "port" is a number of 5 digits, expected an integer from 0 to 65535.'],
    [{ inboxPort: '8025' }, '"inboxPort" is a string of 4 characters, expected an integer from 0 to 65535.'],
    [{ port: 8025, inboxPort: 8025 }, '"port" and "inboxPort" are both 8025'],
    [{ tenantId: '' }, '"tenantId" is an empty string, expected text that is not empty'],
    [{ certificate: [] }, '"certificate" is an empty array, expected PEM text, or an array of PEM texts'],
    [{ mailbox: 'noreply' }, '"mailbox" is a string of 7 characters, expected an address such as'],
    [{ mailboxes: 'ana@contoso.example' }, '"mailboxes" is "ana@contoso.example", expected an array'],
    [{ mailboxes: ['ana'] }, 'mailboxes[0]: "address" is a string of 3 characters, expected an address'],
    [{ mailboxes: [{ id: '1' }] }, 'mailboxes[0]: "address" is missing'],
    [{ mailboxes: [{ address: 'a@b.c', alias: 'x' }] }, 'mailboxes[0]: "alias" is unknown. Did you mean "aliases"?'],
    [{ apps: [{ certificates: [] }] }, 'apps[0]: "clientId" is missing, expected text that is not empty'],
    [{ apps: [{ clientId: 'a', certificates: [], roles: 'Mail.Send' }] }, 'apps[0]: "roles" is "Mail.Send"'],
    [{ tokenLifetime: -1 }, '"tokenLifetime" is -1, expected an integer of 0 or more'],
    [{ maxRequestSize: Number.NaN }, '"maxRequestSize" is NaN, expected a number of 0 or more'],
    [{ minUploadSize: '3 MB' }, '"minUploadSize" is a string of 4 characters, expected a number of 0 or more'],
    [{ mailboxConcurrency: 0 }, '"mailboxConcurrency" is 0, expected an integer of 1 or more, or false'],
    [{ retryAfter: 1 }, '"retryAfter" is 1, expected text that is not empty, or null'],
    [{ latency: -1 }, '"latency" is -1, expected milliseconds from 0 to 2147483647'],
    [{ sentItemsDelay: '1' }, '"sentItemsDelay" is a string of 1 character'],
    [
      { fromMismatch: 'reject' },
      '"fromMismatch" is a string of 6 characters, expected one of "deny", "rewrite", "allow"',
    ],
    [{ connect: 'x' }, '"connect" is a string of 1 character, expected an object with clientSecret'],
    [{ connect: { clientSecrt: 'x' } }, 'connect: "clientSecrt" is unknown. Did you mean "clientSecret"?'],
    [{ connect: { caPath: 1 } }, 'connect: "caPath" is 1, expected text that is not empty'],
    [{ keep: 0 }, '"keep" is 0, expected a number of 1 or more'],
    [{ now: 1 }, '"now" is 1, expected a function'],
  ])('%j', async (options, message) => {
    await expect(startSandbox(options as SandboxOptions)).rejects.toThrow(message);
  });

  it('nothing that is undefined', async () => {
    const { sandbox } = await startClient({ port: undefined, latency: undefined } as unknown as SandboxOptions);
    expect(sandbox.stats().submissions).toBe(0);
  });
});

describe("a scheme's own port", () => {
  it('is left out of an origin, as clients leave it out', () => {
    expect(originOf('https', 'localhost', 443)).toBe('https://localhost');
    expect(originOf('http', '127.0.0.1', 80)).toBe('http://127.0.0.1');
    expect(originOf('https', 'localhost', 8443)).toBe('https://localhost:8443');
  });

  it('is left out of the metadata, whose issuer MSAL compares', async () => {
    const settings = await settle({ tenantId: 'contoso.example' });
    const { answer } = createServices(settings, new Timers(), new OwnNames('127.0.0.1', []));
    const segments = ['contoso.example', 'v2.0', '.well-known', 'openid-configuration'];
    const { body } = await answer({
      method: 'GET',
      path: { segments, query: new URLSearchParams() },
      headers: {},
      origin: originOf('https', 'localhost', 443),
      requestId: '1',
      clientRequestId: undefined,
      at: 0,
      body: () => Promise.resolve({ bytes: Buffer.alloc(0), tooLarge: false }),
      whenSettled: () => {},
      note: () => {},
      about: () => {},
    });
    expect(JSON.parse(`${body}`).issuer).toBe('https://localhost/contoso.example/v2.0');
  });
});
