import type { Reply } from '../../../src/cli/live/common/plain-http.js';
import { docs, guess, reports } from '../../../src/cli/live/common/probe.js';
import type { Target } from '../../../src/cli/live/common/target.js';
import type { SandboxOptions } from '../../../src/sandbox/index.js';
import type { SandboxTopic } from '../case.js';
import { otherApplication, tokenOfOther } from '../other-application.js';

const RAOP = /^Access to OData is disabled: \[RAOP\]/;

const withoutMailbox: SandboxOptions = { mailboxes: [{ address: 'nobody@contoso.example', hasMailbox: false }] };

async function postTo(target: Target, path: string): Promise<Reply> {
  return target.request(path, { method: 'POST', headers: { authorization: `Bearer ${await target.accessToken()}` } });
}

function sendAs(target: Target, user: string): Promise<Reply> {
  return postTo(target, `/v1.0/users/${encodeURIComponent(user)}/sendMail`);
}

export const refusals: SandboxTopic = {
  topic: 'refusals of sendMail, in the order in which they come',
  cases: [
    {
      behaviour: 'a token that has expired',
      mark: 'documented',
      source: docs.errors,
      because: 'it needs the clock',
      options: { tokenLifetime: 0 },
      ask: (target) => target.sendMail(target.mail('expired')),
      answer: { status: 401, code: 'InvalidAuthenticationToken', message: /expired/ },
    },
    {
      behaviour: 'a token without any permission',
      mark: 'reported',
      source: reports.noPermissions,
      because: 'it needs another application',
      options: otherApplication([]),
      ask: async (target) => target.sendMail(target.mail('no roles'), { token: await tokenOfOther(target) }),
      answer: { status: 401, code: 'NoPermissionsInAccessToken' },
    },
    {
      behaviour: 'a token without Mail.Send',
      mark: 'documented',
      source: docs.sendMail,
      because: 'it needs another application',
      options: otherApplication(['Mail.Read']),
      ask: async (target) => target.sendMail(target.mail('Mail.Read'), { token: await tokenOfOther(target) }),
      answer: {
        status: 403,
        code: 'ErrorAccessDenied',
        message: 'Access is denied. Check credentials and try again.',
      },
    },
    {
      behaviour: 'a user without a mailbox',
      mark: 'reported',
      source: reports.captures,
      because: 'it needs such a user',
      options: withoutMailbox,
      ask: (target) => sendAs(target, 'nobody@contoso.example'),
      answer: { status: 404, code: 'MailboxNotEnabledForRESTAPI', message: /either inactive, soft-deleted/ },
    },
    {
      behaviour: 'a mailbox outside the scope of the application',
      mark: 'documented',
      source: docs.accessPolicy,
      because: 'it needs another application',
      options: otherApplication(['Mail.Send'], ['other@contoso.example']),
      ask: async (target) => target.sendMail(target.mail('scope'), { token: await tokenOfOther(target) }),
      answer: { status: 403, code: 'ErrorAccessDenied', message: RAOP },
    },
    {
      behaviour: 'a message without recipients before its From',
      mark: 'inferred',
      source: guess,
      because: 'a From that is not the mailbox is an open question of its own',
      ask: (target) => target.sendMail(target.mail('order', { To: '', From: 'other@contoso.example' })),
      answer: { status: 400, code: 'ErrorInvalidRecipients' },
    },
    {
      behaviour: 'a message larger than the mailbox takes',
      mark: 'reported',
      source: 'microsoft-graph-docs #15579',
      because: 'it needs a small limit',
      options: { maxMessageSize: 1000 },
      ask: (target) => target.sendMail(target.mail('large', {}, 'x'.repeat(1000))),
      answer: {
        status: 400,
        code: 'ErrorMessageSizeExceeded',
        message: 'The message exceeds the maximum supported size.',
      },
    },
  ],
};
