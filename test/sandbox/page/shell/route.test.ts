import { describe, expect, it } from 'vitest';
import { linkTo, readRoute } from '../../../../src/sandbox/page/shell/route.js';

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
