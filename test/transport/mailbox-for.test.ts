import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { type GraphTransport, type GraphTransportOptions, graphTransport } from '../../src/index.js';
import { thrownBy } from '../helpers/failure.js';
import { baseOptions } from '../helpers/fixtures.js';

let transport: GraphTransport;
afterEach(() => transport.close());

function withMailbox(mailbox: GraphTransportOptions['mailbox'], allowedMailboxes?: string[]): GraphTransport {
  transport = graphTransport({ ...baseOptions, mailbox, ...(allowedMailboxes && { allowedMailboxes }) });
  return transport;
}

describe('mailboxFor()', () => {
  it('is the configured mailbox, in one spelling, whatever From says', () => {
    expect(withMailbox('NoReply@Contoso.com').mailboxFor({ from: 'ana@example.com' })).toBe('noreply@contoso.com');
  });

  it('is what the function says of the message', () => {
    const mailbox = ({ data }: { data: Record<string, unknown> }) => `${data.team}@contoso.com`;
    expect(withMailbox(mailbox).mailboxFor({ team: 'Sales' } as never)).toBe('sales@contoso.com');
  });

  it('is the one that the message names, where that is allowed', () => {
    const sales = { graph: { mailbox: 'Sales@contoso.com' } };
    expect(withMailbox('noreply@contoso.com', ['sales@contoso.com']).mailboxFor(sales)).toBe('sales@contoso.com');
    expect(thrownBy(() => withMailbox('noreply@contoso.com').mailboxFor(sales)).code).toBe('EENVELOPE');
  });

  it.each<[string, object]>([
    ['text', { from: 'Sales@contoso.com' }],
    ['text with a name', { from: '"Sales, all of us" <sales@contoso.com>' }],
    ['an object', { from: { name: 'Sales, all of us', address: 'sales@contoso.com' } }],
    ['a list', { from: [{ name: 'Sales', address: 'sales@contoso.com' }] }],
    ['several and a sender', { from: ['a@contoso.com', 'b@contoso.com'], sender: 'sales@contoso.com' }],
    ['raw', { raw: 'From: sales@contoso.com\r\n\r\n', from: 'other@contoso.com' }],
    ['raw bytes', { raw: Buffer.from('From: sales@contoso.com\r\n\r\n') }],
  ])("is that of From where mailbox is 'from': %s", (_, data) => {
    expect(withMailbox('from', ['*@contoso.com']).mailboxFor(data)).toBe('sales@contoso.com');
  });

  it.each<[string, object]>([
    ['none', {}],
    ['one that is not allowed', { from: 'ana@example.com' }],
    ['several', { from: 'a@contoso.com, b@contoso.com' }],
    ['one that two readers could understand in two ways', { from: 'sales@contoso.com ana@example.com' }],
    ['one that is not read yet', { raw: Readable.from(['From: sales@contoso.com\r\n\r\n']) }],
  ])("refuses %s where mailbox is 'from'", (_, data) => {
    const error = thrownBy(() => withMailbox('from', ['*@contoso.com']).mailboxFor(data));
    expect(error).toMatchObject({ code: 'EENVELOPE', outcome: 'not-sent' });
  });

  it('refuses what a message may not say', () => {
    const wrong = { graph: { onAttempt: 'journal' as never } };
    expect(thrownBy(() => withMailbox('noreply@contoso.com').mailboxFor(wrong))).toMatchObject({
      code: 'ECONFIG',
      message: "The message's graph option 'onAttempt' is a string of 7 characters; expected a function.",
    });
  });
});
