import { describe, expect, it } from 'vitest';
import type { GraphPreflightOptions } from '../../src/preflight/options.js';
import { graphPreflight } from '../../src/preflight/preflight.js';
import { thrownBy } from '../helpers/failure.js';
import { mailbox } from './support.js';

describe('graphPreflight', () => {
  it.each([
    [undefined, /expects an object with options, but was given undefined/],
    [{}, /'mailbox' is missing/],
    [{ mailbox: 'Contoso <noreply@contoso.com>' }, /'mailbox' is a string of 29 characters; expected a bare address/],
    [{ mailbox: 'from' }, /mailbox: 'from' needs allowedMailboxes/],
    [{ mailbox, allowedMailboxes: [] }, /'allowedMailboxes' is an empty list/],
    [{ mailbox, allowedMailboxes: ['contoso'] }, /'allowedMailboxes' holds a string of 7 characters;/],
    [{ mailbox, maxRequestSize: '4 MB' }, /'maxRequestSize' is a string of 4 characters; expected a whole number/],
    [{ mailbox, examples: -1 }, /'examples' is -1; expected a whole number/],
    [{ mailbox, largeMessages: 'draft' }, /^Option 'largeMessages' is 'draft'; expected 'reject' or 'upload'\.$/],
    [{ mailbox, report: './report.json' }, /'report' is a string of 13 characters; expected a function/],
    [{ mailbox, allowedMailbox: mailbox }, /Unknown option 'allowedMailbox'/],
  ])('refuses %j at construction', (options, message) => {
    const error = thrownBy(() => graphPreflight(options as unknown as GraphPreflightOptions));
    expect(error).toMatchObject({ code: 'ECONFIG', message: expect.stringMatching(message) });
  });

  it.each([
    { mailbox },
    { mailbox: '11111111-2222-3333-4444-555555555555' },
    { mailbox: () => mailbox },
    { mailbox, largeMessages: 'upload' as const },
    { mailbox: 'from', allowedMailboxes: '*@contoso.example' },
    { mailbox, allowedMailboxes: () => true, maxRequestSize: 4_194_304, examples: 0, report: undefined },
  ])('takes %j', (options) => {
    expect(graphPreflight(options).summary()).toMatchObject({ mails: 0, byKind: {}, heaviest: [] });
  });
});
