import type { SandboxOptions } from '../../../src/sandbox/index.js';
import type { Topic } from '../case.js';
import { otherApplication, tokenOfOther } from '../other-application.js';
import type { Reply } from '../plain-http.js';
import { docs, guess, reports } from '../sources.js';
import type { Target } from '../target.js';

const TOO_LARGE = 'A'.repeat(4_194_308);
const HIDDEN = 'Undisclosed recipients:;';
const NO_RECIPIENTS = /contains no recipients/;
const RAOP = /^Access to OData is disabled: \[RAOP\]/;

const withoutMailbox: SandboxOptions = { mailboxes: [{ address: 'nobody@contoso.example', hasMailbox: false }] };

async function postTo(target: Target, path: string): Promise<Reply> {
  return target.request(path, { method: 'POST', headers: { authorization: `Bearer ${await target.accessToken()}` } });
}

function sendAs(target: Target, user: string): Promise<Reply> {
  return postTo(target, `/v1.0/users/${encodeURIComponent(user)}/sendMail`);
}

export const refusals: Topic = {
  topic: 'refusals of sendMail, in the order in which they come',
  cases: [
    {
      behaviour: 'an unknown segment of the path',
      mark: 'reported',
      source: reports.captures,
      ask: (target) => postTo(target, `/v1.0/users/${target.place.mailbox}/sendMial`),
      answer: {
        status: 400,
        code: 'RequestBroker--ParseUri',
        message: "Resource not found for the segment 'sendMial'.",
      },
    },
    {
      behaviour: 'the mailbox of nobody: an application is no user',
      mark: 'reported',
      source: reports.captures,
      ask: (target) => postTo(target, '/v1.0/me/sendMail'),
      answer: { status: 400, code: 'BadRequest', message: /^\/me request is only valid with delegated/ },
    },
    {
      behaviour: 'a wrong method',
      mark: 'reported',
      source: reports.captures,
      ask: (target) => target.graph('GET', '/sendMail'),
      answer: { status: 405 },
    },
    {
      behaviour: 'a body of more than 4 MB',
      mark: 'documented',
      source: docs.useApi,
      ask: (target) => target.sendMail('', { body: TOO_LARGE }),
      answer: { status: 413 },
    },
    {
      behaviour: 'a body of more than 4 MB, in these words',
      mark: 'reported',
      source: reports.requestTooLarge,
      ask: (target) => target.sendMail('', { body: TOO_LARGE }),
      answer: { status: 413, code: 'BadRequest', message: 'The maximum request length supported is 4MB.' },
    },
    {
      behaviour: 'a body of more than 4 MB before the token is looked at',
      mark: 'inferred',
      source: guess,
      ask: (target) => target.sendMail('', { body: TOO_LARGE, token: 'none' }),
      answer: { status: 413 },
    },
    {
      behaviour: 'a request without a token',
      mark: 'documented',
      source: docs.errors,
      ask: (target) => target.request(`/v1.0/users/${target.place.mailbox}/sendMail`, { method: 'POST' }),
      answer: {
        status: 401,
        code: 'InvalidAuthenticationToken',
        headers: { 'content-type': /^application\/json/, 'www-authenticate': /^Bearer / },
      },
    },
    {
      behaviour: 'a token that is none',
      mark: 'documented',
      source: docs.errors,
      ask: (target) => target.sendMail('', { token: 'nonsense', body: 'AAAA' }),
      answer: { status: 401, code: 'InvalidAuthenticationToken', headers: { 'www-authenticate': /^Bearer / } },
    },
    {
      behaviour: 'a token with a signature that was tampered with',
      mark: 'documented',
      source: docs.errors,
      ask: async (target) => {
        const parts = (await target.accessToken()).split('.');
        const token = [...parts.slice(0, -1), Buffer.alloc(32, 1).toString('base64url')].join('.');
        return target.sendMail('', { token, body: 'AAAA' });
      },
      answer: { status: 401, code: 'InvalidAuthenticationToken' },
    },
    {
      behaviour: 'a token for another resource',
      mark: 'documented',
      source: docs.errors,
      ask: async (target) => {
        const { json } = await target.token({ scope: 'https://outlook.office365.com/.default' });
        return target.sendMail('', { token: json.access_token, body: 'AAAA' });
      },
      answer: { status: 401, code: 'InvalidAuthenticationToken' },
    },
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
      behaviour: 'a user that the tenant does not have',
      mark: 'reported',
      source: reports.captures,
      needs: ['Mail.Send'],
      ask: (target) => sendAs(target, `contract-${target.run}@${target.place.mailbox.split('@').at(-1)}`),
      answer: { status: 404, code: 'ErrorInvalidUser', message: /^The requested user '.*' is invalid\.$/ },
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
      behaviour: 'a body that is not base64',
      mark: 'documented',
      source: docs.mime,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail('', { body: '*this is not base64*' }),
      answer: {
        status: 400,
        code: 'ErrorMimeContentInvalidBase64String',
        message: 'Invalid base64 string for MIME content.',
      },
    },
    {
      behaviour: 'base64 in quotation marks',
      mark: 'reported',
      source: reports.emailEngine,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail('', { body: JSON.stringify(toBase64(target.mail('quoted'))) }),
      answer: { status: 400 },
    },
    {
      behaviour: 'MIME declared as JSON',
      mark: 'reported',
      source: reports.captures,
      needs: ['Mail.Send'],
      ask: (target) =>
        target.sendMail('', {
          body: toBase64(target.mail('', { To: HIDDEN })),
          headers: { 'content-type': 'application/json' },
        }),
      answer: { status: 400, code: 'BadRequest', message: /^Unable to read JSON request payload/ },
    },
    {
      behaviour: 'a message without recipients',
      mark: 'reported',
      source: reports.noRecipients,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('no recipients', { To: '' })),
      answer: { status: 400, code: 'ErrorInvalidRecipients', message: NO_RECIPIENTS },
    },
    {
      behaviour: 'an empty group as the only recipient',
      mark: 'reported',
      source: reports.noRecipients,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('undisclosed', { To: HIDDEN })),
      answer: { status: 400, code: 'ErrorInvalidRecipients', message: NO_RECIPIENTS },
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

function toBase64(mime: string): string {
  return Buffer.from(mime).toString('base64');
}
