import { AccessTokens } from './entra/access-tokens.js';
import { EntraService } from './entra/entra-service.js';
import type { Tenant } from './entra/tenant.js';
import { ConcurrencyLimit } from './exchange/concurrency.js';
import type { Exchange } from './exchange/exchange.js';
import { GraphService } from './exchange/graph-service.js';
import { MailStore } from './exchange/mail-store.js';
import { Directory } from './exchange/mailbox.js';
import { FaultList } from './faults/fault-list.js';
import { mailboxRoutes } from './mailbox-routes.js';
import type { Settings } from './options.js';
import { UploadService } from './uploads/upload-service.js';
import { UploadSessions } from './uploads/upload-sessions.js';
import type { Answer } from './wire/answer.js';
import type { Call } from './wire/call.js';
import { originOf } from './wire/origin.js';
import type { Timers } from './wire/timers.js';

export interface Services {
  tenant: Tenant;
  tokens: AccessTokens;
  directory: Directory;
  store: MailStore;
  faults: FaultList;
  uploads: UploadSessions;
  concurrency: ConcurrencyLimit;
  entra: EntraService;
  answer: (call: Call) => Promise<Answer>;
}

/** Puts Entra and Graph together; `port` tells the HTTPS port once it is known. */
export function createServices(settings: Settings, timers: Timers, port: () => number): Services {
  const { now } = settings;
  const origin = (): string => originOf('https', 'localhost', port());
  const isOwnOrigin = (url: string): boolean => {
    const lower = url.toLowerCase();
    return lower === origin() || lower === originOf('https', '127.0.0.1', port());
  };
  const isGraph = (url: string): boolean => isOwnOrigin(url) || url.toLowerCase() === 'https://graph.microsoft.com';
  const applications = new Map(settings.applications.map((application) => [application.clientId, application]));
  const tenant: Tenant = { id: settings.tenantId, domain: settings.tenantDomain, applications };
  const tokens = new AccessTokens({ tenantId: tenant.id, lifetime: settings.tokenLifetime, now, isGraph });
  const directory = new Directory(settings.mailboxes);
  const { keep, sentItemsDelay, fromMismatch, maxMessageSize, minUploadSize, latency } = settings;
  const recipient = directory.recipient.bind(directory);
  const store = new MailStore({ keep, sentItemsDelay, timers, recipient, now });
  const faults = new FaultList();
  const uploads = new UploadSessions({ isDraft: (item) => store.isDraft(item), now });
  const { maxRequestSize, mailboxConcurrency, retryAfter, tokenLifetime } = settings;
  const concurrency = new ConcurrencyLimit(mailboxConcurrency);
  const challenged = new Set<string>();
  const shared = { store, faults, uploads, challenged, origin };
  const exchange: Exchange = { ...shared, fromMismatch, maxMessageSize, minUploadSize, latency };
  const routes = mailboxRoutes(exchange);
  const graph = new GraphService({
    routes,
    tokens,
    applications,
    directory,
    concurrency,
    maxRequestSize,
    retryAfter,
    challenged,
    origin,
  });
  const entra = new EntraService({ tenant, tokens, faults, origin, isOwnOrigin, isGraph, tokenLifetime, now });
  const uploading = new UploadService({ exchange, concurrency, retryAfter });
  const answer = (call: Call): Promise<Answer> => entra.answer(call) ?? uploading.answer(call) ?? graph.answer(call);
  return { tenant, tokens, directory, store, faults, uploads, concurrency, entra, answer };
}
