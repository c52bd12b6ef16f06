import type { AccessTokenClaims, AccessTokens, ChallengedTokens } from '../entra/access-tokens.js';
import type { Answer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { type Denial, denied, gatewayRefusal, methodNotAllowed, tokenRefused } from '../http/graph-errors.js';
import type { RouteTable } from '../http/route-table.js';
import type { Mailbox } from '../model/mailbox.js';
import { checkMailboxAccess } from '../tenant/mailbox-access.js';
import type { TenantState } from '../tenant/tenant-state.js';
import type { Throttle } from '../throttling/throttle.js';
import { authenticate } from './authenticate.js';
import type { MailboxOperation } from './common/exchange.js';
import type { ExchangeOptions } from './common/exchange-options.js';
import { preferenceApplied, wantsImmutableIds } from './common/immutable-ids.js';
import { notEmulated, otherSpelling } from './not-emulated.js';

interface GraphOptions {
  routes: RouteTable<MailboxOperation>;
  tokens: AccessTokens;
  tenant: TenantState;
  /** Whether revoked tokens of capable clients are challenged (continuous access evaluation). */
  cae: boolean;
  throttle: Throttle;
  /** Bytes of HTTP body. */
  maxRequestSize: number;
  options: Pick<Required<ExchangeOptions>, 'invalidUserStatus' | 'oversizeAnswer'>;
  challenged: Pick<ChallengedTokens, 'has'>;
}

/**
 * The Graph side of the sandbox: everything that is common to all requests, in the order in which Graph refuses.
 * (facts size-3, error-2)
 */
export class GraphService {
  readonly #options: GraphOptions;

  constructor(options: GraphOptions) {
    this.#options = options;
  }

  async answer(call: Call): Promise<Answer> {
    const { routes, tokens, tenant, throttle } = this.#options;
    const { path } = call;
    const token = tokens.check(call.headers.authorization);
    const match = routes.find(call.method, path.segments);
    const user = match.kind === 'found' ? (match.parameters.user ?? '') : '';
    const application = typeof token === 'string' ? undefined : tenant.applications.get(token.appid);
    const mailbox = application ? tenant.mailboxFor(user) : tenant.directory.find(user);
    if (user !== '') call.about(mailbox?.address ?? user);
    // From here, not from the end of the body: a slow upload takes one of the mailbox's slots as well.
    const slot = mailbox && application && throttle.acquire(application.clientId, mailbox.address.toLowerCase());
    if (slot) call.whenSettled(slot.release);
    const body = await call.body(this.#options.maxRequestSize);

    if (path.malformed !== undefined) return unknownSegment(call, path.malformed);
    if (match.kind === 'unknown-segment') return this.#unknownPath(call, match.segment, token);
    if (match.kind === 'method-not-allowed') return methodNotAllowed(call, match.allowed);
    const { options } = this.#options;
    const vanishes = match.kind === 'found' && match.operation.vanishes && options.oversizeAnswer === 200;
    if (body.tooLarge && !vanishes) return gatewayRefusal(call, 413, 'BadRequest', TOO_LARGE);
    const caller = authenticate(call, this.#options);
    if ('status' in caller) return caller;
    if (match.kind === 'not-emulated') return gatewayRefusal(call, 501, 'NotImplemented', NOT_EMULATED);
    const overLimit = slot?.refuse(call.method, body.bytes.length);
    if (overLimit) return overLimit;
    const { roles = [] } = caller.token;
    const access = checkMailboxAccess({
      application: caller.application,
      mailbox,
      user,
      roles,
      needed: match.operation.roles,
      userAgent: call.headers['user-agent'] ?? '',
      rules: tenant.rulesFor(caller.application),
    });
    if (!access.granted) return denied(this.#asSeen(access.denial));
    if (body.tooLarge) return { status: 200 };
    const { operation, parameters } = match;
    const answer = await operation.answer({
      call,
      application: caller.application,
      mailbox: mailbox as Mailbox,
      parameters,
      body: body.bytes,
      tokenId: caller.token.uti,
      roles: access.permissions,
    });
    if (answer.status >= 300 || !wantsImmutableIds(call)) return answer;
    return { ...answer, headers: { ...answer.headers, ...preferenceApplied } };
  }

  #asSeen(denial: Denial): Denial {
    const { invalidUserStatus: status } = this.#options.options;
    return denial.code === 'ErrorInvalidUser' ? { ...denial, status } : denial;
  }

  #unknownPath(call: Call, segment: string, token: AccessTokenClaims | string): Answer {
    const [version = '', first = ''] = call.path.segments;
    const reason = notEmulated(call.path.segments);
    if (reason !== undefined) {
      if (typeof token === 'string') return tokenRefused(call, token);
      return gatewayRefusal(call, 501, 'NotImplemented', reason);
    }
    if (version.toLowerCase() !== 'v1.0') return gatewayRefusal(call, 400, 'BadRequest', `Invalid version: ${version}`);
    const other = otherSpelling(call.path.segments);
    if (first.toLowerCase() !== 'me' && !other) return unknownSegment(call, segment);
    if (typeof token === 'string') return tokenRefused(call, token);
    if (other) return gatewayRefusal(call, 501, 'NotImplemented', `${OTHER_SPELLING}: write ${other}.`);
    return gatewayRefusal(call, 400, 'BadRequest', '/me request is only valid with delegated authentication flow.');
  }
}

const TOO_LARGE = 'The maximum request length supported is 4MB.';
const OTHER_SPELLING = 'The sandbox does not emulate this spelling, which Graph understands';
const NOT_EMULATED = 'The sandbox does not emulate this request.';

function unknownSegment(call: Call, segment: string): Answer {
  return gatewayRefusal(call, 400, 'RequestBroker--ParseUri', `Resource not found for the segment '${segment}'.`);
}
