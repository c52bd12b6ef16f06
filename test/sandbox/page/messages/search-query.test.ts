import { describe, expect, it } from 'vitest';
import { searchParameters } from '../../../../src/sandbox/page/messages/search-query.js';

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
