import fc from 'fast-check';
import { json } from './any-json.js';
import { mime } from './any-mime.js';

export const body = fc.oneof(
  { weight: 4, arbitrary: mime.map((bytes) => Buffer.from(bytes.toString('base64'))) },
  { weight: 4, arbitrary: json },
  { weight: 1, arbitrary: mime },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom(Buffer.alloc(0), Buffer.from('{'), Buffer.from(`${'['.repeat(20_000)}`)) },
);

/** A form for the token endpoint; `known` are values that mean something to it. */
export const tokenForm = (known: string[]) =>
  fc
    .record(
      {
        client_id: fc.oneof({ weight: 4, arbitrary: fc.constant(known[0] ?? '') }, fc.string({ maxLength: 20 })),
        grant_type: fc.oneof({ weight: 4, arbitrary: fc.constant('client_credentials') }, fc.string({ maxLength: 20 })),
        scope: fc.oneof(fc.constant('https://graph.microsoft.com/.default'), fc.string({ maxLength: 20 })),
        client_assertion_type: fc.constantFrom('urn:ietf:params:oauth:client-assertion-type:jwt-bearer', 'x', ''),
        client_assertion: fc.oneof(
          fc.constantFrom(...known, 'e30.e30.e30', 'bnVsbA.MQ.A', 'W10.W10.AA', '...', 'eyJ4NXQiOjF9.e30.A'),
          fc.string({ maxLength: 40 }),
        ),
        client_secret: fc.string({ maxLength: 20 }),
        claims: fc.oneof(fc.constantFrom('{"access_token":null}', 'null', '{', '[]'), fc.json({ maxDepth: 3 })),
      },
      { requiredKeys: [] },
    )
    .map((fields) => Buffer.from(new URLSearchParams(fields as Record<string, string>).toString()));
