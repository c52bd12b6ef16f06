import type { Reply } from '../../../src/cli/live/common/plain-http.js';
import { docs, reports } from '../../../src/cli/live/common/probe.js';
import type { Target } from '../../../src/cli/live/common/target.js';
import type { SandboxOptions } from '../../../src/sandbox/index.js';
import type { SandboxTopic } from '../case.js';
import { OTHER_APPLICATION, otherApplication, tokenOfOther } from '../other-application.js';

const MAILBOX = 'noreply@contoso.example';
const ANOTHER = 'sales@contoso.example';
const OUTSIDE = {
  status: 403,
  code: 'ErrorAccessDenied',
  message: 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.',
} as const;
const because = 'it needs a tenant set up for it';

/** The sender is in the group and `ANOTHER` is not, or the other way round. */
function withPolicy(right: 'RestrictAccess' | 'DenyAccess', member: string): SandboxOptions {
  return {
    ...otherApplication(['Mail.Send']),
    mailboxes: [ANOTHER],
    groups: [{ address: 'senders@contoso.example', kind: 'mail-enabled-security', members: [member] }],
    accessPolicies: [{ app: OTHER_APPLICATION, group: 'senders@contoso.example', right }],
  };
}

function withAssignment(roles: string[], mailbox: string): SandboxOptions {
  return {
    ...otherApplication(roles),
    mailboxes: [ANOTHER],
    assignments: [{ app: OTHER_APPLICATION, role: 'Application Mail.Send', scope: { mailboxes: [mailbox] } }],
  };
}

async function sendByOther(target: Target, headers: Record<string, string> = {}): Promise<Reply> {
  return target.sendMail(target.mail('access'), { token: await tokenOfOther(target), headers });
}

export const access: SandboxTopic = {
  topic: 'who may send as whom',
  cases: [
    {
      behaviour: 'RestrictAccess lets an application use a member of the group',
      mark: 'documented',
      source: docs.accessPolicy,
      because,
      options: withPolicy('RestrictAccess', MAILBOX),
      ask: (target) => sendByOther(target),
      answer: { status: 202 },
    },
    {
      behaviour: 'RestrictAccess keeps it from other mailboxes',
      mark: 'documented',
      source: docs.accessPolicy,
      because,
      options: withPolicy('RestrictAccess', ANOTHER),
      ask: (target) => sendByOther(target),
      answer: OUTSIDE,
    },
    {
      behaviour: 'DenyAccess keeps it from a member of the group',
      mark: 'documented',
      source: docs.accessPolicy,
      because,
      options: withPolicy('DenyAccess', MAILBOX),
      ask: (target) => sendByOther(target),
      answer: OUTSIDE,
    },
    {
      behaviour: 'DenyAccess lets it use others',
      mark: 'documented',
      source: docs.accessPolicy,
      because,
      options: withPolicy('DenyAccess', ANOTHER),
      ask: (target) => sendByOther(target),
      answer: { status: 202 },
    },
    {
      behaviour: 'an RBAC assignment lets an application send without any Entra role',
      mark: 'documented',
      source: docs.rbac,
      because,
      options: withAssignment([], MAILBOX),
      ask: (target) => sendByOther(target),
      answer: { status: 202 },
    },
    {
      behaviour: 'an RBAC assignment for other mailboxes does not',
      mark: 'documented',
      source: docs.rbac,
      because,
      options: withAssignment([], ANOTHER),
      ask: (target) => sendByOther(target),
      answer: OUTSIDE,
    },
    {
      behaviour: 'an RBAC assignment adds to an Entra role and narrows nothing',
      mark: 'documented',
      source: docs.rbac,
      because,
      options: withAssignment(['Mail.Send'], ANOTHER),
      ask: (target) => sendByOther(target),
      answer: { status: 202 },
    },
    {
      behaviour: 'a program on the EWS block list is kept out by its User-Agent',
      mark: 'documented',
      source: docs.ews,
      because,
      options: {
        ...otherApplication(['Mail.Send']),
        ews: { applicationAccessPolicy: 'EnforceBlockList', blockList: ['Scanner/*'] },
      },
      ask: (target) => sendByOther(target, { 'user-agent': 'Scanner/2.0' }),
      answer: { status: 403, code: 'ErrorAccessDenied', message: /^Access to OData is disabled/ },
    },
    {
      behaviour: 'a program that is not on the EWS block list comes in',
      mark: 'documented',
      source: docs.ews,
      because,
      options: {
        ...otherApplication(['Mail.Send']),
        ews: { applicationAccessPolicy: 'EnforceBlockList', blockList: ['Scanner/*'] },
      },
      ask: (target) => sendByOther(target, { 'user-agent': 'Mailer/1.0' }),
      answer: { status: 202 },
    },
    {
      behaviour: 'a distribution group is no mailbox to send from',
      mark: 'reported',
      source: reports.captures,
      because,
      options: { groups: [{ address: 'list@contoso.example', kind: 'distribution', members: [MAILBOX] }] },
      ask: async (target) =>
        target.request('/v1.0/users/list@contoso.example/sendMail', {
          method: 'POST',
          headers: { authorization: `Bearer ${await target.accessToken()}` },
        }),
      answer: { status: 404, code: 'ErrorInvalidUser' },
    },
  ],
};
