import { describe, expect, test } from 'vitest';
import { chooseMailbox, type MailboxInput } from '../../src/message/mailbox.js';
import type { Settings } from '../../src/options/settings.js';
import { thrownBy } from '../helpers/failure.js';

type Choice = Partial<Pick<Settings, 'mailbox' | 'allowedMailboxes'>>;

const objectId = '6F1C2F9E-0000-0000-0000-000000000000';

function choose(settings: Choice, wish: Partial<MailboxInput> = {}): string {
  return chooseMailbox(
    { mailbox: 'noreply@contoso.com', allowedMailboxes: undefined, ...settings },
    { from: ['ceo@contoso.com'], sender: undefined, own: undefined, mail: { data: { tenant: 'a' } }, ...wish },
  );
}

const refused = (settings: Choice, wish?: Partial<MailboxInput>) => {
  const error = thrownBy(() => choose(settings, wish));
  expect(error).toMatchObject({ code: 'EENVELOPE', outcome: 'not-sent', permanent: true });
  return error;
};

describe('a configured mailbox', () => {
  test('sends whatever From says', () => {
    expect(choose({})).toBe('noreply@contoso.com');
  });

  test('has one spelling', () => {
    expect(choose({ mailbox: 'NoReply@Müller.example' })).toBe('noreply@xn--mller-kva.example');
    expect(choose({ mailbox: objectId })).toBe(objectId.toLowerCase());
  });

  test('needs not be among allowedMailboxes itself', () => {
    expect(choose({ allowedMailboxes: ['sales@contoso.com'] })).toBe('noreply@contoso.com');
  });
});

describe("a message's own mailbox", () => {
  test('may be the configured one, in any spelling', () => {
    expect(choose({}, { own: 'NOREPLY@contoso.com' })).toBe('noreply@contoso.com');
  });

  test('may not be another without allowedMailboxes', () => {
    expect(refused({}, { own: 'ceo@contoso.com' }).hint).toContain('allowedMailboxes');
  });

  test.each<[string, Settings['allowedMailboxes']]>([
    ['an address', ['sales@Contoso.com']],
    ['a domain', ['*@contoso.com']],
    ['a predicate', (mailbox) => mailbox === 'sales@contoso.com'],
  ])('may be one that allowedMailboxes holds as %s', (_, allowedMailboxes) => {
    expect(choose({ allowedMailboxes }, { own: 'Sales@contoso.com' })).toBe('sales@contoso.com');
  });

  test.each<[string, Settings['allowedMailboxes'], string]>([
    ['another address', ['sales@contoso.com'], 'ceo@contoso.com'],
    ['a subdomain', ['*@contoso.com'], 'ceo@evil.contoso.com'],
    ['a domain that ends alike', ['*@contoso.com'], 'ceo@evilcontoso.com'],
    ['an object id where a domain is allowed', ['*@contoso.com'], objectId],
    ['one that the predicate denies', () => false, 'ceo@contoso.com'],
    ['one that the predicate answers with something true but not true', (() => 'yes') as never, 'ceo@contoso.com'],
  ])('may not be %s', (_, allowedMailboxes, own) => {
    expect(refused({ allowedMailboxes }, { own }).message).toContain(own.toLowerCase());
  });

  test.each([
    '',
    'me',
    'Ana <ana@contoso.com>',
    'a@contoso.com/../b@contoso.com',
    'a@b@contoso.com',
    'a@contoso.com\r\nx',
    7,
    null,
  ])('must be one: %j', (own) => {
    refused({ allowedMailboxes: () => true }, { own });
  });
});

describe("mailbox: 'from'", () => {
  const allowedMailboxes = ['*@contoso.com'];

  test('takes the address in From', () => {
    expect(choose({ mailbox: 'from', allowedMailboxes }, { from: ['CEO@contoso.com'] })).toBe('ceo@contoso.com');
  });

  test.each([[[]], [['a@contoso.com', 'b@contoso.com']]])('needs exactly one: %j', (from) => {
    refused({ mailbox: 'from', allowedMailboxes }, { from });
  });

  test('refuses one that is not allowed', () => {
    refused({ mailbox: 'from', allowedMailboxes }, { from: ['ceo@fabrikam.com'] });
  });

  test('gives way to the message’s own', () => {
    expect(choose({ mailbox: 'from', allowedMailboxes }, { own: 'sales@contoso.com' })).toBe('sales@contoso.com');
  });
});

describe('a mailbox function', () => {
  test('is given the message, and its answer is taken', () => {
    expect(choose({ mailbox: (mail) => `${mail.data.tenant}@contoso.com` })).toBe('a@contoso.com');
  });

  test('is held to allowedMailboxes where they are given', () => {
    refused({ mailbox: () => 'ceo@contoso.com', allowedMailboxes: ['sales@contoso.com'] });
  });

  test.each([undefined, '', 'not an address', 'a@contoso.com/b', Promise.resolve('a@contoso.com')])(
    'must give a mailbox, not %o',
    (answer) => {
      refused({ mailbox: (() => answer) as never });
    },
  );
});

describe("mailbox: 'from' and several authors", () => {
  const settings = { mailbox: 'from', allowedMailboxes: ['*@contoso.com'] };

  test('takes the Sender, which tells who of them sends', () => {
    const from = ['a@contoso.com', 'b@contoso.com'];
    expect(choose(settings, { from, sender: 'b@contoso.com' })).toBe('b@contoso.com');
    expect(refused(settings, { from }).message).toMatch(/2 addresses/);
  });

  test('does not take the Sender for a From that is missing', () => {
    expect(refused(settings, { from: [], sender: 'b@contoso.com' }).message).toMatch(/no address/);
  });
});
