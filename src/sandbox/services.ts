import { AccessTokens } from './entra/access-tokens.js';
import { ChallengedTokens } from './entra/challenged-tokens.js';
import { EntraService } from './entra/entra-service.js';
import type { Exchange } from './exchange/exchange.js';
import { GraphService } from './exchange/graph-service.js';
import type { MailStore } from './exchange/mail-store.js';
import { type EarlyFault, earlyFault } from './faults/early-fault.js';
import { FaultList } from './faults/fault-list.js';
import { seededRandom } from './faults/random.js';
import { createMailService } from './mail-service.js';
import { mailboxRoutes } from './mailbox-routes.js';
import type { Settings } from './options.js';
import { CLOUDS } from './tenant/cloud.js';
import type { Directory } from './tenant/directory.js';
import { loadTenant } from './tenant/load-tenant.js';
import { type SandboxTenant, sandboxTenant } from './tenant/sandbox-tenant.js';
import { TenantState } from './tenant/tenant-state.js';
import type { Throttle } from './throttling/throttle.js';
import { TraceService } from './trace/trace-service.js';
import { UploadService } from './uploads/upload-service.js';
import type { UploadSessions } from './uploads/upload-sessions.js';
import type { Answer } from './wire/answer.js';
import type { Call } from './wire/call.js';
import { originOf } from './wire/origin.js';
import type { Timers } from './wire/timers.js';

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

/** Puts Entra and Graph together; `port` tells the HTTPS port once it is known. */
export function createServices(settings: Settings, timers: Timers, port: () => number): Services {
  const { now, elapsed } = settings;
  const origin = (): string => originOf('https', 'localhost', port());
  const isOwnOrigin = (url: string): boolean => {
    const lower = url.toLowerCase();
    return lower === origin() || lower === originOf('https', '127.0.0.1', port());
  };
  const { tenantId, tenantDomain, tokenLifetime, cloud } = settings;
  const isGraph = (url: string): boolean => isOwnOrigin(url) || url.toLowerCase() === CLOUDS[cloud].graph;
  const tokens = new AccessTokens({ tenantId, lifetime: tokenLifetime, now, elapsed, isGraph });
  const { denialText, noPermissionsStatus, requireAssignment } = settings;
  const denials = { denialText, noPermissionsStatus, requireAssignment };
  const tenant = new TenantState({ id: tenantId, domain: tenantDomain, cloud, tokens, now: elapsed, ...denials });
  const changeable = sandboxTenant(tenant);
  loadTenant(changeable, settings.tenant);
  const { directory } = tenant;
  const { fromMismatch, maxMessageSize, minUploadSize, maxRequestSize } = settings;
  const { store, uploads, throttle } = createMailService(settings, directory, timers);
  const { seed, magicRecipients, latency, latencyJitter } = settings;
  const faults = new FaultList({ seed, magicRecipients });
  faults.setScenario(settings.scenario);
  const random = seededRandom(seed);
  const challenged = new ChallengedTokens();
  const maySendAs = directory.maySendAs.bind(directory);
  const shared = { store, faults, uploads, challenged, origin, maySendAs };
  const exchange: Exchange = {
    ...shared,
    uploadOrigin: () => originOf('https', '127.0.0.1', port()),
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
    origin,
  });
  const entra = new EntraService({ tenant, tokens, faults, origin, isOwnOrigin, isGraph, tokenLifetime, now });
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
    origin,
  });
  const answer = (call: Call): Promise<Answer> =>
    entra.answer(call) ?? uploading.answer(call) ?? tracing.answer(call) ?? graph.answer(call);
  const tornEarly = (call: Call) => earlyFault(call, { faults, directory, uploads });
  return { tenant, sandboxTenant: changeable, directory, store, faults, uploads, throttle, entra, answer, tornEarly };
}
