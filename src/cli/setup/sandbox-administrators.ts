import type { Answers } from './answers.js';
import type { PublicCertificate } from './certificate/public-certificate.js';
import type { SandboxTarget } from './packets/packet-input.js';
import { TRACE_ROLE, type TraceRegistration } from './packets/trace-registration.js';
import { permissionsOf, rolesOf } from './rights.js';

/** What a sandbox says of itself at `/api/connect`. */
export interface SandboxConnection extends SandboxTarget {
  tenantId: string;
  mailbox: string;
}

type Request = (method: string, path: string, body?: object) => Promise<unknown>;

/**
 * Asks the sandbox whose inbox page is at `address` who it is.
 * @throws Error in words when there is none
 */
export async function findSandbox(address: string): Promise<SandboxConnection> {
  const { origin } = new URL(address);
  const { tenantId, mailbox, graphHost, ca } = (await requester(origin)('GET', '/api/connect')) as Record<
    string,
    string
  >;
  if (!tenantId || !mailbox || !graphHost || !ca) {
    throw new Error(
      `${origin} answers, but is not the inbox page of a sandbox. Give its address: --sandbox <address>.`,
    );
  }
  return { url: graphHost, inboxUrl: `${origin}/`, ca, tenantId, mailbox };
}

/** Does in a sandbox what the packets ask of both administrators, in their order. */
export async function playAdministrators(
  { inboxUrl }: SandboxTarget,
  answers: Answers & { clientId: string },
  certificate: PublicCertificate,
): Promise<void> {
  const request = requester(new URL(inboxUrl).origin);
  for (const [path, body] of administratorsWork(answers, certificate))
    await request('PUT', `/api/tenant/${path}`, body);
}

/** Does in a sandbox what is asked of the Entra administrator for message trace. */
export async function playTraceAdministrator(
  { inboxUrl }: SandboxTarget,
  { name, certificate, clientId = '' }: TraceRegistration,
): Promise<void> {
  const request = requester(new URL(inboxUrl).origin);
  const app = { displayName: name, certificates: [certificate.pem], roles: [TRACE_ROLE] };
  await request('PUT', `/api/tenant/apps/${encodeURIComponent(clientId)}`, app);
  await request('PATCH', '/api/tenant', { messageTracePrincipal: true });
}

/** As `[path, body]` of the sandbox's API. */
function administratorsWork(
  answers: Answers & { clientId: string },
  { pem }: PublicCertificate,
): [path: string, body: object][] {
  const { mode, name, mailboxes, deniedMailbox, scope, clientId } = answers;
  const at = (collection: string, key: string) => `${collection}/${encodeURIComponent(key)}`;
  const app = (roles: string[]) => ({ displayName: name, certificates: [pem], roles });
  const group = scope.kind === 'group' ? scope.address : undefined;
  const narrowed = group === undefined ? { mailboxes: [...mailboxes] } : { group };
  return [
    [at('apps', clientId), app([])],
    ...mailboxes.map((address): [string, object] => [at('mailboxes', address), { kind: 'shared' }]),
    [at('mailboxes', deniedMailbox), {}],
    ...(group === undefined
      ? []
      : [[at('groups', group), { kind: 'mail-enabled-security', members: [...mailboxes] }] as [string, object]]),
    ...(mode === 'rbac'
      ? rolesOf(answers).map((role): [string, object] => [
          at('assignments', `${role.replace('Application ', '')} ${clientId}`),
          { app: clientId, role, scope: narrowed },
        ])
      : ([
          [at('accessPolicies', `Mail ${clientId}`), { app: clientId, group, right: 'RestrictAccess' }],
          [at('apps', clientId), app(permissionsOf(answers).map((permission) => permission.name))],
        ] satisfies [string, object][])),
  ];
}

function requester(origin: string): Request {
  return async (method, path, body) => {
    const start = 'Start one with: npx nodemailer-graph-transport sandbox';
    let answer: Response;
    try {
      answer = await fetch(`${origin}${path}`, {
        method,
        signal: AbortSignal.timeout(10_000),
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new Error(
        `No sandbox answers at ${origin}. ${start}, and give the address of its inbox page with --sandbox.`,
        {
          cause,
        },
      );
    }
    const content: unknown = await answer.json().catch(() => ({}));
    if (answer.ok) return content;
    throw new Error(
      `The sandbox at ${origin} refuses ${path}: ${(content as { error?: string }).error ?? answer.status}`,
    );
  };
}
