import { AccessTokens } from './entra/access-tokens.js';
import { EntraService } from './entra/entra-service.js';
import type { Tenant } from './entra/tenant.js';
import { ConcurrencyLimit } from './exchange/concurrency.js';
import { GraphService, type MailboxOperation } from './exchange/graph-service.js';
import { MailStore } from './exchange/mail-store.js';
import { Directory } from './exchange/mailbox.js';
import { RouteTable } from './exchange/route-table.js';
import { sendMailOperation } from './exchange/send-mail.js';
import { FaultList } from './faults/fault-list.js';
import type { Settings } from './options.js';
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
  const { keep, sentItemsDelay, fromMismatch, maxMessageSize, latency, maxRequestSize, retryAfter } = settings;
  const recipient = directory.recipient.bind(directory);
  const store = new MailStore({ keep, sentItemsDelay, timers, recipient });
  const faults = new FaultList();
  const concurrency = new ConcurrencyLimit(settings.mailboxConcurrency);
  const challenged = new Set<string>();
  const sendMail = sendMailOperation({ store, faults, fromMismatch, maxMessageSize, latency, challenged, origin });
  const routes = new RouteTable<MailboxOperation>().add('POST', '/v1.0/users/{user}/sendMail', sendMail);
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
  const { tokenLifetime } = settings;
  const entra = new EntraService({ tenant, tokens, faults, origin, isOwnOrigin, isGraph, tokenLifetime, now });
  const answer = (call: Call): Promise<Answer> => entra.answer(call) ?? graph.answer(call);
  return { tenant, tokens, directory, store, faults, concurrency, entra, answer };
}
