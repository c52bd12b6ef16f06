import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findCodes } from '../../../src/sandbox/api/codes.js';
import { findLinks } from '../../../src/sandbox/api/links.js';
import { operationOf } from '../../../src/sandbox/http/operation.js';
import { loggedPath, uploadedMessageId } from '../../../src/sandbox/http/request-notes.js';
import { mimeTree } from '../../../src/sandbox/mail/mime-tree.js';
import { textOfHtml } from '../../../src/sandbox/mail/text-of-html.js';

const LIMITS = { numRuns: 2000, interruptAfterTimeLimit: 1500 };
const pieces = (...known: string[]) =>
  fc
    .array(fc.oneof(fc.constantFrom(...known), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 30 })
    .map((parts) => parts.join(''));

it('a MIME tree is made of anything', () => {
  const mime = pieces(
    '\r\n',
    '\n',
    '--b',
    '--b--',
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Type: message/rfc822',
    '; name*0*=',
    '"',
    '\r\n\r\n',
  );
  fc.assert(
    fc.property(mime, (text) => {
      const raw = Buffer.from(text);
      expect(mimeTree(raw).size).toBeLessThanOrEqual(raw.length);
    }),
    LIMITS,
  );
});

it('links and codes are looked for in anything', () => {
  const html = pieces(
    '<a',
    ' href=',
    '"',
    "'",
    'https://x',
    '&#x',
    '&amp;',
    ';',
    '>',
    '<',
    '<style',
    '</style',
    '<!--',
    '-->',
    'code',
    '1234',
    ' ',
    '\n',
  );
  fc.assert(
    fc.property(html, (text) => {
      for (const link of findLinks(text, text)) expect(link).toMatch(/^https?:/i);
      for (const code of findCodes(text, textOfHtml(text))) expect(code).toMatch(/^[\w-]{4,27}$/);
    }),
    LIMITS,
  );
});

it('a log entry is made of any request', () => {
  const path = pieces(
    '/',
    'v1.0',
    'users',
    'messages',
    'upload',
    "AttachmentSessions('a')",
    '?',
    '&',
    'authtoken=',
    '%',
    '%61uthtoken=SECRET',
  );
  fc.assert(
    fc.property(path, (target) => {
      operationOf('POST', target.split('/'));
      loggedPath(target);
      uploadedMessageId('text/plain', Buffer.from(target));
    }),
    LIMITS,
  );
});
