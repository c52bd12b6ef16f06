import { OwnCommands } from '../../own-commands.js';
import type { Answers } from './answers.js';
import type { PublicCertificate } from './certificate/public-certificate.js';
import type { SandboxTarget } from './packets/packet-input.js';
import { TRACE_ROLE, type TraceRegistration } from './packets/trace-registration.js';

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
  { mode, name, mailboxes, deniedMailbox, scope, clientId }: Answers & { clientId: string },
  { pem }: PublicCertificate,
): [path: string, body: object][] {
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
    mode === 'rbac'
      ? [at('assignments', `Mail.Send ${clientId}`), { app: clientId, role: 'Application Mail.Send', scope: narrowed }]
      : [at('accessPolicies', `Mail ${clientId}`), { app: clientId, group, right: 'RestrictAccess' }],
    ...(mode === 'policy' ? [[at('apps', clientId), app(['Mail.Send'])] as [string, object]] : []),
  ];
}

/** Starts a sandbox whose inbox page is at `origin`, where that can be. */
function startCommand(origin: string): string {
  const { port, hostname, protocol } = new URL(origin);
  const here = protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname) && port !== '8025';
  return new OwnCommands().plain('sandbox', ...(here ? ['--inbox-port', port || '80'] : []));
}

function requester(origin: string): Request {
  return async (method, path, body) => {
    let answer: Response;
    try {
      answer = await fetch(`${origin}${path}`, {
        method,
        signal: AbortSignal.timeout(10_000),
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new Error(
        `No sandbox answers at ${origin}. Start one, and give the address of its inbox page with --sandbox:\n  ${startCommand(origin)}`,
        { cause },
      );
    }
    const content: unknown = await answer.json().catch(() => ({}));
    if (answer.ok) return content;
    throw new Error(
      `The sandbox at ${origin} refuses ${path}: ${(content as { error?: string }).error ?? answer.status}`,
    );
  };
}
