import type { AccessTokens, ChallengedTokens } from '../entra/access-tokens.js';
import { faultAnswer, onlyDelays } from '../faults/fault-answer.js';
import type { FaultList } from '../faults/fault-list.js';
import { authenticate } from '../graph/authenticate.js';
import { graphFaultAnswer } from '../graph/common/apply-fault.js';
import { type Answer, jsonAnswer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { denied, gatewayRefusal, isDenial, methodNotAllowed } from '../http/graph-errors.js';
import type { MailStore } from '../model/mail-store.js';
import type { Submission } from '../model/submission.js';
import type { TenantState } from '../tenant/tenant-state.js';
import type { Throttle } from '../throttling/throttle.js';
import { traceEntries, traceResource } from './trace-entries.js';
import { readTraceQuery, skipToken } from './trace-query.js';

/** The application of Microsoft's that message trace is read through (Graph documentation, "exchangeMessageTrace"). (fact trace-1) */
const TRANSPORT_DATA_PLATFORM = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373';
const ROLE = 'ExchangeMessageTrace.Read.All';

interface TraceServiceOptions {
  tokens: AccessTokens;
  tenant: TenantState;
  store: MailStore;
  faults: FaultList;
  challenged: ChallengedTokens;
  throttle: Throttle;
  /** Whether revoked tokens of capable clients are challenged. */
  cae: boolean;
  /** Milliseconds until a message that was taken is in message trace. */
  delay: number;
  now: () => number;
  elapsed: () => number;
  latency: () => number;
}

/**
 * `GET /admin/exchange/tracing/messageTraces` (Graph documentation, "List messageTraces"): every message that the sandbox took,
 * by recipient. The order of the refusals, and their words where the service principal is there, are inferred.
 */
export class TraceService {
  readonly #options: TraceServiceOptions;
  /** When each came, by the clock that is never set. */
  readonly #taken = new WeakMap<Submission, number>();

  constructor(options: TraceServiceOptions) {
    this.#options = options;
    options.store.watch((submission) => {
      if (submission) this.#taken.set(submission, options.elapsed());
    });
  }

  /** Undefined when the path is another, or the tenant's cloud has no message trace. */
  answer(call: Call): Promise<Answer> | undefined {
    const [version, ...path] = call.path.segments.map((segment) => segment.toLowerCase());
    const below = path.join('/');
    if (version !== 'v1.0' || this.#options.tenant.cloud !== 'global') return undefined;
    if (below === 'admin/exchange/tracing/messagetraces') return this.#list(call);
    return below.startsWith('admin/exchange/tracing/messagetraces/') ? this.#details(call) : undefined;
  }

  async #list(call: Call): Promise<Answer> {
    const { tenant, throttle, faults, challenged, latency, now } = this.#options;
    if (call.method !== 'GET') return methodNotAllowed(call, ['GET']);
    const caller = authenticate(call, this.#options);
    if ('status' in caller) return caller;
    if (!caller.token.roles?.includes(ROLE)) return gatewayRefusal(call, 403, 'Forbidden', NOT_PERMITTED);
    if (!tenant.messageTracePrincipal.at(tenant.now)) return gatewayRefusal(call, 401, 'Unauthorized', NO_PRINCIPAL);
    const wait = throttle.messageTraces.refuse();
    if (wait !== undefined) {
      const answer = gatewayRefusal(call, 429, 'TooManyRequests', OVER_LIMIT);
      return wait === null ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': wait } };
    }
    const query = readTraceQuery(call.path.query, now());
    if (isDenial(query)) return denied(query);
    const fault = faults.take('messageTrace');
    if (fault?.claimsChallenge) challenged.add(caller.token.uti);
    const own = fault && !onlyDelays(fault) ? graphFaultAnswer(fault, call) : this.#page(call, query);
    if (fault) return faultAnswer(fault, own, latency());
    const delay = latency();
    return delay > 0 ? { ...own, delay } : own;
  }

  #page(call: Call, { accepts, top, skip }: Exclude<ReturnType<typeof readTraceQuery>, { code: string }>): Answer {
    const { store, tenant, faults, elapsed, delay } = this.#options;
    const at = skip?.at ?? elapsed();
    const directory = {
      deliverTo: (address: string) => tenant.directory.deliverTo(address),
      isGroup: (address: string) => tenant.groups.get(address) !== undefined,
      magicRecipients: faults.magicRecipients,
    };
    // Newest first, and the same from page to page (reported).
    const entries = store
      .list()
      .reverse()
      .filter((submission) => (this.#taken.get(submission) ?? Number.NEGATIVE_INFINITY) + delay <= at)
      .flatMap((submission) => traceEntries(submission, directory))
      .filter(accepts);
    const first = skip?.entries ?? 0;
    const end = first + top;
    const next = new URLSearchParams(call.path.query);
    next.set('$skiptoken', skipToken({ at, entries: end }));
    const path = `${call.origin}/v1.0/admin/exchange/tracing/messageTraces`;
    return jsonAnswer(200, {
      '@odata.context': `${call.origin}/v1.0/$metadata#admin/exchange/tracing/messageTraces`,
      value: entries.slice(first, end).map(traceResource),
      ...(entries.length > end && { '@odata.nextLink': `${path}?${next}` }),
    });
  }

  async #details(call: Call): Promise<Answer> {
    const caller = authenticate(call, this.#options);
    if ('status' in caller) return caller;
    return gatewayRefusal(call, 501, 'NotImplemented', 'The sandbox does not emulate the details of a message trace.');
  }
}

// The words that were published (office365itpros, 27 January 2026).
const NO_PRINCIPAL = `Service principal-less Authentication failed: the service principal for App ID ${TRANSPORT_DATA_PLATFORM} was not found. Please create a service principal for this app in your tenant. Provisioning may take several hours to complete.`;
const NOT_PERMITTED = `Insufficient privileges to complete the operation: ${ROLE} is not among the roles of the token.`;
// As Get-MessageTraceV2 words it (reported).
const OVER_LIMIT = 'Your recent queries have surpassed the permitted limit, please try again later.';
