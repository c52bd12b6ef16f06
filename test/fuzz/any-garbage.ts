import fc from 'fast-check';
import { latin } from './any-http.js';

/** Bytes that are hardly HTTP. */
export const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'GET / HTTP/1.1\r\n',
          'POST /v1.0/users/a/sendMail HTTP/1.1\r\n',
          'HTTP/1.1 200 OK\r\n',
          '\r\n',
          '\n',
          '\0',
        ),
        fc.constantFrom(
          'Content-Length: -1\r\n',
          'Content-Length: 9\r\nContent-Length: 8\r\n',
          'Transfer-Encoding: x\r\n',
        ),
        fc.constantFrom(
          'Host: a\r\nHost: b\r\n',
          `X: ${'y'.repeat(20_000)}\r\n`,
          'Expect: 100-continue\r\n',
          'Upgrade: h2c\r\n',
        ),
        latin(80),
      ),
      { maxLength: 10 },
    )
    .map((parts) => Buffer.from(parts.join(''), 'latin1')),
);
