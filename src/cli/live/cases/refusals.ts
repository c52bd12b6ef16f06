import type { Reply } from '../common/plain-http.js';
import { docs, guess, reports, type Topic } from '../common/probe.js';
import type { Target } from '../common/target.js';

const TOO_LARGE = 'A'.repeat(4_194_308);
const HIDDEN = 'Undisclosed recipients:;';
const NO_RECIPIENTS = /contains no recipients/;

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
      id: 'refusals.1',
      facts: ['error-9'],
      behaviour: 'an unknown segment of the path',
      mark: 'reported',
      source: reports.captures,
      ask: (target) => postTo(target, `/v1.0/users/${target.settings.mailbox}/sendMial`),
      answer: {
        status: 400,
        code: 'RequestBroker--ParseUri',
        message: "Resource not found for the segment 'sendMial'.",
      },
    },
    {
      id: 'refusals.2',
      facts: ['error-9'],
      behaviour: 'the mailbox of nobody: an application is no user',
      mark: 'reported',
      source: reports.captures,
      ask: (target) => postTo(target, '/v1.0/me/sendMail'),
      answer: { status: 400, code: 'BadRequest', message: /^\/me request is only valid with delegated/ },
    },
    {
      id: 'refusals.3',
      facts: ['error-9'],
      behaviour: 'a wrong method',
      mark: 'reported',
      source: reports.captures,
      ask: (target) => target.graph('GET', '/sendMail'),
      answer: { status: 405 },
    },
    {
      id: 'refusals.4',
      facts: ['size-1'],
      behaviour: 'a body of more than 4 MB',
      mark: 'documented',
      source: docs.useApi,
      ask: (target) => target.sendMail('', { body: TOO_LARGE }),
      answer: { status: 413 },
    },
    {
      id: 'refusals.5',
      facts: ['size-1'],
      behaviour: 'a body of more than 4 MB, in these words',
      mark: 'reported',
      source: reports.requestTooLarge,
      ask: (target) => target.sendMail('', { body: TOO_LARGE }),
      answer: { status: 413, code: 'BadRequest', message: 'The maximum request length supported is 4MB.' },
    },
    {
      id: 'refusals.6',
      facts: ['size-3'],
      behaviour: 'a body of more than 4 MB before the token is looked at',
      mark: 'inferred',
      source: guess,
      ask: (target) => target.sendMail('', { body: TOO_LARGE, token: 'none' }),
      answer: { status: 413 },
    },
    {
      id: 'refusals.7',
      facts: ['error-2'],
      behaviour: 'a request without a token',
      mark: 'documented',
      source: docs.errors,
      ask: (target) => target.request(`/v1.0/users/${target.settings.mailbox}/sendMail`, { method: 'POST' }),
      answer: {
        status: 401,
        code: 'InvalidAuthenticationToken',
        headers: { 'content-type': /^application\/json/, 'www-authenticate': /^Bearer / },
      },
    },
    {
      id: 'refusals.8',
      facts: ['error-2'],
      behaviour: 'a token that is none',
      mark: 'documented',
      source: docs.errors,
      ask: (target) => target.sendMail('', { token: 'nonsense', body: 'AAAA' }),
      answer: { status: 401, code: 'InvalidAuthenticationToken', headers: { 'www-authenticate': /^Bearer / } },
    },
    {
      id: 'refusals.9',
      facts: ['error-2'],
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
      id: 'refusals.10',
      facts: ['error-2'],
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
      id: 'refusals.11',
      facts: ['error-7'],
      behaviour: 'a user that the tenant does not have',
      mark: 'reported',
      source: reports.captures,
      needs: ['Mail.Send'],
      ask: (target) => sendAs(target, `contract-${target.run}@${target.settings.mailbox.split('@').at(-1)}`),
      answer: { status: 404, code: 'ErrorInvalidUser', message: /^The requested user '.*' is invalid\.$/ },
    },
    {
      id: 'refusals.12',
      facts: ['send-4'],
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
      id: 'refusals.13',
      facts: ['send-4'],
      behaviour: 'base64 in quotation marks',
      mark: 'reported',
      source: reports.emailEngine,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail('', { body: JSON.stringify(toBase64(target.mail('quoted'))) }),
      answer: { status: 400 },
    },
    {
      id: 'refusals.14',
      facts: ['send-22'],
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
      id: 'refusals.15',
      facts: ['send-12'],
      behaviour: 'a message without recipients',
      mark: 'reported',
      source: reports.noRecipients,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('no recipients', { To: '' })),
      answer: { status: 400, code: 'ErrorInvalidRecipients', message: NO_RECIPIENTS },
    },
    {
      id: 'refusals.16',
      facts: ['send-12'],
      behaviour: 'an empty group as the only recipient',
      mark: 'reported',
      source: reports.noRecipients,
      needs: ['Mail.Send'],
      ask: (target) => target.sendMail(target.mail('undisclosed', { To: HIDDEN })),
      answer: { status: 400, code: 'ErrorInvalidRecipients', message: NO_RECIPIENTS },
    },
  ],
};

function toBase64(mime: string): string {
  return Buffer.from(mime).toString('base64');
}
