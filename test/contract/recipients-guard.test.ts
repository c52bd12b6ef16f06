import { describe, expect, it } from 'vitest';
import { guardRecipients } from '../../src/cli/live/common/recipients-guard.js';

const ALLOWED = ['ana@example.com'];

function mime(text: string, encoding: BufferEncoding = 'base64') {
  return { method: 'POST', headers: { 'content-type': 'text/plain' }, body: Buffer.from(text).toString(encoding) };
}

function json(value: unknown) {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

const to = (address: string) => [{ emailAddress: { address } }];

describe('the guard of recipients', () => {
  it.each([
    ['To', mime('From: a@b.example\r\nTo: Ana <ana@example.com>\r\n\r\nHi bob@example.com')],
    ['nobody', mime('From: a@b.example\r\n\r\nTo: bob@example.com')],
    ['JSON', json({ message: { toRecipients: to('ANA@example.com'), from: { emailAddress: { address: 'x@y.z' } } } })],
    ['no body', { method: 'POST' }],
  ])('lets pass what goes to the allowed addresses: %s', (_what, request) => {
    expect(() => guardRecipients(request, ALLOWED)).not.toThrow();
  });

  it.each([
    ['To', mime('To: bob@example.com\r\n\r\n')],
    ['a second one', mime('To: ana@example.com, <bob@example.com>\r\n\r\n')],
    ['a group', mime('To: all: ana@example.com, bob@example.com;\r\n\r\n')],
    ['a folded Bcc with bare LF', mime('bcc:\n bob@example.com\n\n')],
    ['the URL-safe alphabet', mime('To: bob@example.com\r\nX: ~~~>>>???\r\n\r\n', 'base64url')],
    ['JSON', json({ Message: { CcRecipients: to('bob@example.com') } })],
    ['a JSON draft', json({ bccRecipients: [...to('ana@example.com'), ...to('bob@example.com')] })],
    ['a change of a draft', { ...json({ toRecipients: to('bob@example.com') }), method: 'PATCH' }],
    ['broken JSON', { ...json({}), body: '{"message":{"toRecipients":[{"emailAddress":{"address":"bob@example.com"' }],
  ])('stops what would go to another address: %s', (_what, request) => {
    expect(() => guardRecipients(request, ALLOWED)).toThrow(
      'This request could send mail to bob@example.com, which was not allowed.',
    );
  });
});
