import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { faultRoutes } from './api/fault-routes.js';
import { inboxService, type SandboxStats, throttlingRoutes } from './api/inbox-service.js';
import { MessageTimelines } from './api/message-timelines.js';
import { MessageWaits, messageApi } from './api/message-waits.js';
import { Messages } from './api/messages.js';
import { requestMatcher } from './api/request-routes.js';
import { tenantRoutes } from './api/tenant-routes.js';
import { createServerIdentity, readIdentity, writeIdentity } from './certificates/server-identity.js';
import { checkOptions } from './check-options.js';
import { checkRule } from './faults/check-rule.js';
import { checkScenario } from './faults/scenarios.js';
import { httpsService } from './http/https-service.js';
import { Listener } from './http/listener.js';
import { wantRealTimers } from './http/node-timers.js';
import { OwnNames, originOf } from './http/own-names.js';
import { RequestLog } from './http/request-log.js';
import { Timers } from './http/timers.js';
import { registerCertificates } from './model/application.js';
import { type Item, itemBytes } from './model/item.js';
import { type SandboxOptions, settle } from './options.js';
import * as page from './page-assets.js';
import type { FolderItem, Sandbox } from './sandbox.js';
import { createServices } from './services.js';
import { tenantContents } from './tenant/load-tenant.js';
import type { SandboxTenant } from './tenant/sandbox-tenant.js';

/**
 * Starts a local Microsoft Entra and Microsoft Graph for mail, with an inbox page, in this process; on 127.0.0.1 only, unless
 * `host` says otherwise. Rejects when an option is unknown or not what it should be, a port is taken or a certificate cannot
 * be read.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  wantRealTimers();
  checkOptions(options);
  const { host = '127.0.0.1', names: given = [] } = options;
  const named = /^(?:0\.0\.0\.0|[0:]+)$/.test(host) ? given : [host, ...given];
  const [settings, identity] = await Promise.all([
    settle(options),
    options.identity === undefined ? createServerIdentity(named) : readIdentity(options.identity, named),
  ]);
  const names = new OwnNames(host, given);
  const { now, tenantId, clientId, certificate, mailbox } = settings;
  const timers = new Timers();
  const log = new RequestLog(2 * settings.keep);
  const services = createServices(settings, timers, names);
  const { store, faults, uploads, directory, tenant, sandboxTenant, entra, throttle } = services;
  const { onTenantChange } = options;
  if (onTenantChange) {
    tenant.watch((byUse) => {
      if (!byUse) onTenantChange(tenantContents(tenant, sandboxTenant));
    });
  }
  const counts = { refused: 0, throttled: 0 };
  const listeners: Listener[] = [];
  /** Opens a port, and all that were opened before are closed when it is taken. */
  const open = async (listener: Listener, port: number, use: string): Promise<number> => {
    listeners.push(listener);
    try {
      return await listener.open(host, port, use);
    } catch (error) {
      await Promise.all(listeners.map((one) => one.close()));
      throw error;
    }
  };
  /** Entra and Graph on a server; resolves to its origin. */
  const serve = async (server: Server, scheme: 'http' | 'https', wanted: number, use: string): Promise<string> => {
    const listener = new Listener(server);
    let own = '';
    server.on(
      'request',
      httpsService({
        answer: services.answer,
        tornEarly: services.tornEarly,
        log,
        timers,
        now,
        // A certificate keeps out a name that was turned to this address (DNS rebinding); without one, the Host must.
        origin: (name) => names.cameBy(name, scheme) ?? (scheme === 'https' ? own : undefined),
        reset: (remotePort) => listener.reset(remotePort),
        answered: ({ status }) => {
          if (status >= 400) counts.refused += 1;
          if (status === 429) counts.throttled += 1;
        },
      }),
    );
    const port = await open(listener, wanted, use);
    names.serve(scheme, port);
    own = originOf(scheme, names.graph, port);
    return own;
  };
  const graphServer = createHttpsServer({ key: identity.privateKey, cert: identity.certificate });
  const url = await serve(graphServer, 'https', settings.port, 'Entra and Graph');
  const { httpPort } = settings;
  const httpUrl =
    httpPort === undefined
      ? undefined
      : await serve(createHttpServer(), 'http', httpPort, 'Entra and Graph over plain HTTP');
  const stats = (): SandboxStats => ({
    ...entra.counts,
    ...counts,
    submissions: store.submitted,
    faults: faults.applied,
    maxInFlight: throttle.highestInFlight(),
  });
  const messages = new Messages(store, new MessageTimelines(log));
  const waits = new MessageWaits(messages);
  const clear = (): void => {
    store.clear();
    uploads.clear();
    log.clear();
    faults.clear();
    throttle.clear();
    Object.assign(counts, { refused: 0, throttled: 0 });
    Object.assign(entra.counts, { tokenRequests: 0, tokensIssued: 0, claimsRequests: 0 });
  };
  const inboxServer = createHttpServer();
  const inbox = new Listener(inboxServer);
  const cloud = { authorityHost: url, graphHost: url, ca: identity.ca };
  const graphPort = Number(new URL(url).port || 443);
  let origins: string[] = [];
  inboxServer.on(
    'request',
    inboxService({
      messages,
      waits,
      log,
      clear,
      mailbox: (name) => directory.find(name) ?? directory.recipient(name),
      mailboxes: () => directory.list(),
      timers,
      page,
      stats,
      connect: (askedAs) => {
        const origin = names.graphOrigin(askedAs, 'https', graphPort);
        return {
          ...{ tenantId, clientId, mailbox, authorityHost: origin, graphHost: origin, ca: identity.ca },
          mailboxes: mailboxesOf(sandboxTenant, clientId),
          ...settings.connect,
        };
      },
      routes: [...throttlingRoutes(() => throttle.view()), ...faultRoutes(faults), ...tenantRoutes(sandboxTenant)],
      events: {
        tenant: { watch: (changed) => tenant.watch(() => changed()) },
        faults: { watch: (changed) => faults.watch(changed) },
      },
      origins: () => origins,
    }),
  );
  const inboxPort = await open(inbox, settings.inboxPort, 'the inbox page');
  origins = names.origins('http', inboxPort);
  const close = async (): Promise<void> => {
    timers.clear();
    waits.close();
    await Promise.all(listeners.map((one) => one.close()));
  };
  return {
    options: { tenantId, clientId, certificate, mailbox, cloud },
    url,
    httpUrl,
    inboxUrl: `${originOf('http', names.inbox, inboxPort)}/`,
    ca: identity.ca,
    identity: writeIdentity(identity),
    ...messageApi(messages, waits),
    requests: (filter = {}) => log.list().filter(requestMatcher('sandbox.requests', filter)),
    stats,
    throttling: () => throttle.view(),
    mailbox: (name) => {
      const found = directory.find(name) ?? directory.recipient(name);
      if (!found) throw new Error(`The sandbox's tenant has no mailbox "${name}".`);
      const view = (folder: Item['folder']): FolderItem[] => store.items(found, folder).map(folderItem);
      const { id, address } = found;
      const [drafts, sentItems, inbox] = [view('drafts'), view('sentItems'), view('inbox')];
      return { id, address, drafts, sentItems, inbox, deletedItems: view('deletedItems') };
    },
    clear,
    fault: (rule) => {
      checkRule(rule);
      const { id } = faults.add(rule);
      return () => {
        faults.remove(id);
      };
    },
    faults: () => faults.list(),
    scenario: (name) => {
      if (name !== undefined) checkScenario(name);
      faults.setScenario(name);
    },
    registerCertificate: (pem, id = clientId) => {
      const application = tenant.applications.get(id.toLowerCase());
      if (!application) throw new Error(`The sandbox's tenant has no application "${id}".`);
      registerCertificates(application, pem);
      tenant.changed();
    },
    revokeTokens: () => sandboxTenant.revokeTokens(),
    tenant: sandboxTenant,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Addresses that an application may send from. */
function mailboxesOf({ mailboxes, access }: SandboxTenant, clientId: string): string[] {
  const addresses = mailboxes.list().map(({ address }) => address);
  return addresses.filter((address) => access(clientId, address).result === 'Granted');
}

function folderItem(item: Item): FolderItem {
  return { id: item.id, messageId: item.message.messageId, raw: itemBytes(item) };
}
