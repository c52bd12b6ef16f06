import { OwnCommands } from '../../common/own-commands.js';
import type { Answers, SandboxTarget, TraceRegistration } from './common/answers.js';
import type { PublicCertificate } from './common/certificate.js';
import { permissionsOf, rolesOf } from './common/rights.js';
import { TRACE_ROLE } from './handouts/trace-application.js';

/** What a sandbox says about itself at `/api/connect`. */
export interface SandboxConnection extends SandboxTarget {
  tenantId: string;
  mailbox: string;
}

type Request = (method: string, path: string, body?: object) => Promise<unknown>;

/**
 * Connects to the sandbox whose inbox page is at `address`.
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

/** A request that does in a sandbox what an administrator would do: `path` is below `/api/tenant`. */
export interface SandboxRequest {
  method: 'PUT' | 'PATCH';
  path: string;
  body: object;
}

/** What the handouts ask the administrators to do, in this order. */
export function sandboxRequests(
  answers: Answers & { clientId: string },
  certificate: PublicCertificate,
  trace?: TraceRegistration,
): SandboxRequest[] {
  const put = ([path, body]: [string, object]): SandboxRequest => ({ method: 'PUT', path: `/${path}`, body });
  return [...administratorsWork(answers, certificate).map(put), ...(trace ? traceWork(trace) : [])];
}

export async function playAdministrators(
  { inboxUrl }: SandboxTarget,
  requests: readonly SandboxRequest[],
): Promise<void> {
  const request = requester(new URL(inboxUrl).origin);
  for (const { method, path, body } of requests) await request(method, `/api/tenant${path}`, body);
}

/**
 * Registers what the sandbox lacks: what exists stays as it is, as the user may have changed it. The application gets its
 * certificate if it has another one.
 * @returns what was missing, in words
 */
export async function registerMissing(
  { inboxUrl }: SandboxTarget,
  requests: readonly SandboxRequest[],
  { clientId, certificate }: { clientId: string; certificate: PublicCertificate },
): Promise<string[]> {
  const request = requester(new URL(inboxUrl).origin);
  const tenant = (await request('GET', '/api/tenant')) as Record<string, unknown>;
  const isThere = ({ method, path, body }: SandboxRequest): boolean => {
    if (method === 'PATCH') return Object.entries(body).every(([name, value]) => tenant[name] === value);
    const [, collection = '', key = ''] = path.split('/').map(decodeURIComponent);
    const entries = (tenant[collection] ?? []) as Record<string, unknown>[];
    const names = ({ clientId, address, name, aliases = [] }: Record<string, unknown>) => [
      ...[clientId ?? address ?? name],
      ...(aliases as string[]),
    ];
    return entries.some((entry) => names(entry).some((one) => `${one}`.toLowerCase() === key.toLowerCase()));
  };
  const missing = requests.filter((one) => !isThere(one));
  for (const { method, path, body } of missing) await request(method, `/api/tenant${path}`, body);
  const made = new Set(missing.map(inWords));
  const path = `/api/tenant/apps/${encodeURIComponent(clientId)}`;
  const app = (await request('GET', path)) as { certificates: { thumbprintSha256: string }[] };
  if (!app.certificates.some(({ thumbprintSha256 }) => thumbprintSha256 === certificate.thumbprintSha256)) {
    await request('PUT', path, { certificates: [...app.certificates, certificate.pem] });
    made.add(`certificate ${certificate.thumbprintSha1}`);
  }
  return [...made];
}

const KINDS: Readonly<Record<string, string>> = {
  apps: 'application',
  mailboxes: 'mailbox',
  groups: 'group',
  assignments: 'assignment',
  accessPolicies: 'access policy',
};

function inWords({ method, path }: SandboxRequest): string {
  const [, collection = '', key = ''] = path.split('/').map(decodeURIComponent);
  return method === 'PATCH' ? 'the service principal of message trace' : `${KINDS[collection] ?? collection} ${key}`;
}

/** What the Entra administrator is asked to do for message trace. */
function traceWork({ name, certificate, clientId = '' }: TraceRegistration): SandboxRequest[] {
  const body = { displayName: name, certificates: [certificate.pem], roles: [TRACE_ROLE] };
  return [
    { method: 'PUT', path: `/apps/${encodeURIComponent(clientId)}`, body },
    { method: 'PATCH', path: '', body: { messageTracePrincipal: true } },
  ];
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

/** The command that starts a sandbox with its inbox page at `origin`, if that is possible. */
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
