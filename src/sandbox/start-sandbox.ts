import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { readIdentity, writeIdentity } from './certificates/kept-identity.js';
import { createServerIdentity } from './certificates/server-identity.js';
import { checkOptions } from './check-options.js';
import { registerCertificates } from './entra/application.js';
import { type Item, itemBytes } from './exchange/item.js';
import { matchesFilter, sandboxMessage } from './exchange/sandbox-message.js';
import { checkRule } from './faults/check-rule.js';
import { inboxService } from './inbox/inbox-service.js';
import type { SandboxStats } from './inbox/stats.js';
import { type SandboxOptions, settle } from './options.js';
import * as page from './page-assets.js';
import type { FolderItem, Sandbox } from './sandbox.js';
import { createServices } from './services.js';
import { httpsService } from './wire/https-service.js';
import { Listener } from './wire/listener.js';
import { originOf } from './wire/origin.js';
import { RequestLog } from './wire/request-log.js';
import { Timers } from './wire/timers.js';

/**
 * Starts a local Microsoft Entra and Microsoft Graph for mail, with an inbox page, in this process and on 127.0.0.1 only.
 * Rejects when an option is unknown or not what it should be, a port is taken or a certificate cannot be read.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  checkOptions(options);
  const [settings, identity] = await Promise.all([
    settle(options),
    options.identity === undefined ? createServerIdentity() : readIdentity(options.identity),
  ]);
  const { now, tenantId, clientId, certificate, mailbox } = settings;
  const timers = new Timers();
  const log = new RequestLog();
  let port = 0;
  const services = createServices(settings, timers, () => port);
  const { store, faults, uploads, directory, tenant, tokens, entra, concurrency } = services;
  const counts = { refused: 0, throttled: 0 };
  const graphServer = createHttpsServer({ key: identity.privateKey, cert: identity.certificate });
  const graph = new Listener(graphServer);
  graphServer.on(
    'request',
    httpsService({
      answer: services.answer,
      log,
      timers,
      now,
      reset: (remotePort) => graph.reset(remotePort),
      answered: ({ status }) => {
        if (status >= 400) counts.refused += 1;
        if (status === 429) counts.throttled += 1;
      },
    }),
  );
  port = await graph.open(settings.port, 'Entra and Graph');
  const url = originOf('https', 'localhost', port);
  const stats = (): SandboxStats => ({
    ...entra.counts,
    ...counts,
    submissions: store.submitted,
    faults: faults.struck,
    maxInFlight: concurrency.highest(),
  });
  const inboxServer = createHttpServer();
  const inbox = new Listener(inboxServer);
  const cloud = { authorityHost: url, graphHost: url, ca: identity.ca };
  let inboxPort = 0;
  inboxServer.on(
    'request',
    inboxService({
      store,
      timers,
      page,
      stats,
      tenant: () => ({ tenantId, clientId, mailbox, authorityHost: url, graphHost: url, ca: identity.ca }),
      port: () => inboxPort,
    }),
  );
  try {
    inboxPort = await inbox.open(settings.inboxPort, 'the inbox page');
  } catch (error) {
    await graph.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    timers.clear();
    await Promise.all([graph.close(), inbox.close()]);
  };
  return {
    options: { tenantId, clientId, certificate, mailbox, cloud },
    url,
    inboxUrl: `${originOf('http', '127.0.0.1', inboxPort)}/`,
    ca: identity.ca,
    identity: writeIdentity(identity),
    messages: (filter = {}) =>
      Promise.all(
        store
          .list()
          .filter((one) => matchesFilter(one, filter))
          .map(sandboxMessage),
      ),
    requests: () => log.list(),
    stats,
    mailbox: (name) => {
      const found = directory.find(name) ?? directory.recipient(name);
      if (!found) throw new Error(`The sandbox's tenant has no mailbox "${name}".`);
      const view = (folder: Item['folder']): FolderItem[] => store.items(found, folder).map(folderItem);
      const { id, address } = found;
      return { id, address, drafts: view('drafts'), sentItems: view('sentItems'), inbox: view('inbox') };
    },
    clear: () => {
      store.clear();
      uploads.clear();
      log.clear();
      faults.clear();
      concurrency.clear();
      Object.assign(counts, { refused: 0, throttled: 0 });
      Object.assign(entra.counts, { tokenRequests: 0, tokensIssued: 0, claimsRequests: 0 });
    },
    fault: (rule) => {
      checkRule(rule);
      return faults.add(rule);
    },
    registerCertificate: (pem, id = clientId) => {
      const application = tenant.applications.get(id.toLowerCase());
      if (!application) throw new Error(`The sandbox's tenant has no application "${id}".`);
      registerCertificates(application, pem);
    },
    revokeTokens: () => tokens.revoke(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function folderItem(item: Item): FolderItem {
  return { id: item.id, messageId: item.message.messageId, raw: itemBytes(item) };
}
