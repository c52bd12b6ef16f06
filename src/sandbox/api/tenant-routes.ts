import type { TenantCollection } from '../tenant/collection.js';
import type { SandboxTenant } from '../tenant/sandbox-tenant.js';
import { ApiRefusal, type ApiRoute, json, noContent, objectBody, orRefuse } from './api-routes.js';

/** The collections of the tenant, with the field that is the key of each. */
const KEYS = {
  apps: 'clientId',
  mailboxes: 'address',
  groups: 'address',
  accessPolicies: 'name',
  assignments: 'name',
} as const;

type CollectionName = keyof typeof KEYS;

/** The tenant over HTTP: looked at, and changed as by `sandbox.tenant`. */
export function tenantRoutes(tenant: SandboxTenant): ApiRoute[] {
  return [
    ['GET', '/api/tenant', () => json(200, viewOf(tenant))],
    ['GET', '/api/tenant/access', ({ query }) => json(200, { access: accessOf(tenant, query) })],
    [
      'PATCH',
      '/api/tenant',
      (request) => {
        const changes = objectBody(request);
        orRefuse(() => tenant.update(changes));
        const { propagationDelay, ews, messageTracePrincipal } = tenant;
        return json(200, { propagationDelay, ews, messageTracePrincipal });
      },
    ],
    [
      'POST',
      '/api/tenant/revoke',
      () => {
        tenant.revokeTokens();
        return noContent;
      },
    ],
    ...(Object.keys(KEYS) as CollectionName[]).flatMap((name) => collectionRoutes(tenant, name)),
  ];
}

function viewOf(tenant: SandboxTenant) {
  const { tenantId, domain, propagationDelay, ews, messageTracePrincipal } = tenant;
  const collections = (Object.keys(KEYS) as CollectionName[]).map((name) => [name, tenant[name].list()]);
  return { tenantId, domain, propagationDelay, ews, messageTracePrincipal, ...Object.fromEntries(collections) };
}

/** Who may send as whom; `app`, `mailbox` and `userAgent` narrow the question. */
function accessOf(tenant: SandboxTenant, query: URLSearchParams) {
  const userAgent = query.get('userAgent') ?? undefined;
  const apps = query.has('app') ? query.getAll('app') : tenant.apps.list().map(({ clientId }) => clientId);
  const mailboxes = query.has('mailbox')
    ? query.getAll('mailbox')
    : tenant.mailboxes.list().map(({ address }) => address);
  return apps.flatMap((clientId) =>
    mailboxes.map((mailbox) => ({ clientId, mailbox, ...tenant.access(clientId, mailbox, userAgent) })),
  );
}

function collectionRoutes(tenant: SandboxTenant, name: CollectionName): ApiRoute[] {
  // What a request contains is checked by the collection itself.
  const collection = tenant[name] as TenantCollection<object, object>;
  const path = `/api/tenant/${name}/{key}`;
  return [
    [
      'GET',
      path,
      ({ parameters: { key = '' } }) => {
        const entry = collection.get(key);
        if (!entry) throw new ApiRefusal(404, `There is no "${key}" among ${name}.`);
        return json(200, entry);
      },
    ],
    [
      'PUT',
      path,
      (request) => {
        const { key = '' } = request.parameters;
        const body = { ...objectBody(request) };
        const given = body[KEYS[name]] ?? key;
        // What is no text at all, the collection refuses.
        if (typeof given === 'string' && given.toLowerCase() !== key.toLowerCase()) {
          throw new ApiRefusal(400, `"${KEYS[name]}" is "${given}", expected "${key}", as the path has it.`);
        }
        const known = collection.get(key) !== undefined;
        return json(
          known ? 200 : 201,
          orRefuse(() => collection.set({ ...body, [KEYS[name]]: given })),
        );
      },
    ],
    [
      'DELETE',
      path,
      ({ parameters: { key = '' } }) => {
        if (!orRefuse(() => collection.remove(key))) throw new ApiRefusal(404, `There is no "${key}" among ${name}.`);
        return noContent;
      },
    ],
  ];
}
