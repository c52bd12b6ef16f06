import { AccessTokens, ChallengedTokens } from './entra/access-tokens.js';
import { EntraService } from './entra/entra-service.js';
import { FaultList } from './faults/fault-list.js';
import { seededRandom } from './faults/seeded-random.js';
import { type EarlyFault, earlyFault } from './graph/common/apply-fault.js';
import type { Exchange } from './graph/common/exchange.js';
import { GraphService } from './graph/graph-service.js';
import { mailboxRoutes } from './graph/mailbox-routes.js';
import { UploadService } from './graph/upload-service.js';
import type { Answer } from './http/answer.js';
import type { Call } from './http/call.js';
import type { OwnNames } from './http/own-names.js';
import type { Timers } from './http/timers.js';
import { CLOUDS } from './model/cloud.js';
import { MailStore } from './model/mail-store.js';
import { undeliverableRecipients } from './model/undeliverable-recipients.js';
import { UploadSessions } from './model/upload-sessions.js';
import type { Settings } from './options.js';
import type { Directory } from './tenant/directory.js';
import { loadTenant } from './tenant/load-tenant.js';
import { type SandboxTenant, sandboxTenant } from './tenant/sandbox-tenant.js';
import { TenantState } from './tenant/tenant-state.js';
import { Throttle } from './throttling/throttle.js';
import { TraceService } from './trace/trace-service.js';

export interface Services {
  tenant: TenantState;
  /** The tenant as it may be changed from outside. */
  sandboxTenant: SandboxTenant;
  directory: Directory;
  store: MailStore;
  faults: FaultList;
  uploads: UploadSessions;
  throttle: Throttle;
  entra: EntraService;
  answer: (call: Call) => Promise<Answer>;
  tornEarly: (call: Call) => EarlyFault | undefined;
}

/** Puts Entra and Graph together. */
export function createServices(settings: Settings, timers: Timers, names: OwnNames): Services {
  const { now, elapsed } = settings;
  const { tenantId, tenantDomain, tokenLifetime, cloud } = settings;
  const isGraph = (url: string): boolean => url.toLowerCase() === CLOUDS[cloud].graph;
  const tokens = new AccessTokens({ tenantId, lifetime: tokenLifetime, now, elapsed, isGraph });
  const { denialText, noPermissionsStatus, requireAssignment } = settings;
  const denials = { denialText, noPermissionsStatus, requireAssignment };
  const { anyMailbox } = settings;
  const tenant = new TenantState({
    id: tenantId,
    domain: tenantDomain,
    cloud,
    anyMailbox,
    tokens,
    now: elapsed,
    ...denials,
  });
  const changeable = sandboxTenant(tenant);
  loadTenant(changeable, settings.tenant);
  const { directory } = tenant;
  const { fromMismatch, maxMessageSize, minUploadSize, maxRequestSize } = settings;
  const { store, uploads, throttle } = createMailService(settings, tenant, timers);
  const { seed, magicRecipients, latency, latencyJitter } = settings;
  const faults = new FaultList({ seed, magicRecipients });
  faults.setScenario(settings.scenario);
  const random = seededRandom(seed);
  const challenged = new ChallengedTokens();
  const maySendAs = directory.maySendAs.bind(directory);
  const shared = { store, faults, uploads, challenged, maySendAs };
  const exchange: Exchange = {
    ...shared,
    uploadOrigin: (origin) => names.uploadOrigin(origin),
    options: settings,
    fromMismatch,
    maxMessageSize,
    minUploadSize,
    latency: () => latency + random() * latencyJitter,
  };
  const routes = mailboxRoutes(exchange);
  const graph = new GraphService({
    routes,
    tokens,
    tenant,
    cae: settings.cae,
    throttle,
    maxRequestSize,
    options: settings,
    challenged,
  });
  const isOwnOrigin = (origin: string, cameBy: string): boolean => names.isOwn(origin, cameBy);
  const entra = new EntraService({ tenant, tokens, faults, isOwnOrigin, isGraph, tokenLifetime, now });
  const uploading = new UploadService({ exchange, throttle });
  const tracing = new TraceService({
    tokens,
    tenant,
    store,
    faults,
    challenged,
    throttle,
    cae: settings.cae,
    delay: settings.messageTraceDelay,
    now,
    elapsed,
    latency: exchange.latency,
  });
  const answer = (call: Call): Promise<Answer> =>
    entra.answer(call) ?? uploading.answer(call) ?? tracing.answer(call) ?? graph.answer(call);
  const tornEarly = (call: Call) => earlyFault(call, { faults, directory, uploads });
  return { tenant, sandboxTenant: changeable, directory, store, faults, uploads, throttle, entra, answer, tornEarly };
}

/** What Exchange keeps: the messages, the upload sessions, and the count of what each application uses. */
interface MailService {
  store: MailStore;
  uploads: UploadSessions;
  throttle: Throttle;
}

function createMailService(settings: Settings, tenant: TenantState, timers: Timers): MailService {
  const { directory } = tenant;
  const { now, elapsed, undeliverable, recipientLimit, tenantDomain } = settings;
  const throttle = new Throttle({
    concurrency: settings.mailboxConcurrency,
    concurrencyKey: settings.concurrencyKey,
    requests: settings.requestLimit,
    uploadBytes: settings.uploadLimit,
    messageRate: settings.messageRate,
    messageTraces: settings.messageTraceLimit,
    retryAfter: settings.retryAfter,
    now: elapsed,
  });
  const hasUser = (address: string): boolean => directory.recipient(address) !== undefined;
  const knows = (address: string): boolean => directory.knows(address) || (settings.anyMailbox && !hasUser(address));
  const isOwn = (address: string): boolean => address.toLowerCase().endsWith(`@${tenantDomain.toLowerCase()}`);
  const store = new MailStore({
    keep: settings.keep,
    sentItemsDelay: settings.sentItemsDelay,
    deliverTo: (address) => {
      if (isOwn(address)) tenant.mailboxFor(address);
      return directory.deliverTo(address);
    },
    queue: ({ address }) => throttle.messageRate.join(address.toLowerCase(), elapsed()),
    bouncesOf: undeliverableRecipients({ undeliverable, domain: tenantDomain, knows, hasUser, recipientLimit }),
    immutableIdOnSend: settings.immutableIdOnSend,
    timers,
    now,
  });
  return { throttle, store, uploads: new UploadSessions({ isDraft: (item) => store.isDraft(item), now, elapsed }) };
}
