import { describe, expect, it } from 'vitest';
import { readRule } from '../../src/sandbox/page/faults/read-rule.js';
import { searchParameters } from '../../src/sandbox/page/messages/search-query.js';
import { linkTo, readRoute } from '../../src/sandbox/page/shell/route.js';

describe('what is typed into the search', () => {
  it.each([
    ['', {}],
    ['order invoice', { q: 'order invoice' }],
    ['to:ana from:shop subject:"your order" 1042', { to: 'ana', from: 'shop', subject: 'your order', q: '1042' }],
    ['TO:Ana Mailbox:billing', { to: 'Ana', mailbox: 'billing' }],
    ['to:ana to:zoe', { to: 'zoe' }],
    ['status:504 status:', { status: '504', q: 'status:' }],
    ['status:unc', { status: 'unconfirmed' }],
    ['status:lost', { q: 'status:lost' }],
    ['id:<1@contoso.example>', { messageId: '<1@contoso.example>' }],
    ['re:hello https://contoso.example', { q: 're:hello https://contoso.example' }],
    ['"not closed', { q: 'not closed' }],
  ])('%j', (text, parameters) => {
    expect(searchParameters(text)).toEqual(parameters);
  });
});

describe('the form of a fault', () => {
  it.each([
    [
      { on: 'sendMail', kind: 'status', status: '503' },
      { on: 'sendMail', status: 503 },
    ],
    [
      {
        on: 'sendMail',
        kind: 'status',
        status: '503',
        retryAfter: ' 7 ',
        times: '3',
        recipient: ' a@b.example',
        delivered: 'on',
      },
      {
        on: 'sendMail',
        status: 503,
        headers: { 'Retry-After': '7' },
        times: 3,
        recipient: 'a@b.example',
        delivered: true,
      },
    ],
    [
      { on: 'any', kind: 'slow', status: '503', delay: '200', endless: 'on', times: '4' },
      { on: 'any', delay: 200, times: null },
    ],
    [
      { on: 'sendMail', kind: 'reset:mid-body', probability: '0.5' },
      { on: 'sendMail', reset: 'mid-body', probability: 0.5 },
    ],
    [
      { on: 'token', kind: 'aadsts', aadsts: '700027' },
      { on: 'token', aadsts: 700027 },
    ],
    [
      { on: 'lookup', kind: 'silence' },
      { on: 'lookup', silence: true },
    ],
    [
      { on: 'lookup', kind: 'claimsChallenge' },
      { on: 'lookup', claimsChallenge: true },
    ],
  ])('%j', (fields, rule) => {
    expect(readRule(fields)).toEqual(rule);
  });
});

describe('the part of the address behind #', () => {
  it('comes back as it was written', () => {
    const link = linkTo('mailboxes', ['a/b@contoso.example', 'sentItems', '?#%'], { q: 'to:ana & "all"' });
    const { section, parts, query } = readRoute(link);
    expect([section, parts, query.get('q')]).toEqual([
      'mailboxes',
      ['a/b@contoso.example', 'sentItems', '?#%'],
      'to:ana & "all"',
    ]);
  });

  it.each(['', '#', '#/', '#/%', '#?', '#/messages//?q'])('may be anything: %j', (hash) => {
    expect(readRoute(hash).parts).toEqual([]);
  });
});
