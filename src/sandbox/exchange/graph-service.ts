import type { AccessTokenClaims, AccessTokens } from '../entra/access-tokens.js';
import type { Application } from '../entra/application.js';
import type { Answer } from '../wire/answer.js';
import type { Call } from '../wire/call.js';
import type { ConcurrencyLimit } from './concurrency.js';
import { denied } from './denial.js';
import type { Directory, Mailbox } from './mailbox.js';
import { judgeAccess } from './mailbox-access.js';
import { otherSpelling } from './other-spelling.js';
import { claimsChallenge, gatewayRefusal, methodNotAllowed, throttled, tokenRefused } from './refusals.js';
import type { RouteTable } from './route-table.js';

/** A request that may use the mailbox it names. */
export interface MailboxCall {
  call: Call;
  application: Application;
  mailbox: Mailbox;
  parameters: Record<string, string>;
  body: Buffer;
  /** The id of the access token that was shown. */
  tokenId: string;
  /** The application permissions in that token. */
  roles: readonly string[];
}

/** What can be done with a mailbox under `/users/{user}`. */
export interface MailboxOperation {
  /** The application permissions of which one is needed. */
  roles: readonly string[];
  answer: (request: MailboxCall) => Promise<Answer>;
}

export interface GraphOptions {
  routes: RouteTable<MailboxOperation>;
  tokens: AccessTokens;
  applications: ReadonlyMap<string, Application>;
  directory: Directory;
  concurrency: ConcurrencyLimit;
  /** Bytes of HTTP body. */
  maxRequestSize: number;
  retryAfter: string | null;
  /** Ids of the tokens that must be challenged whenever they are shown. */
  challenged: ReadonlySet<string>;
  origin: () => string;
}

/** The Graph side of the sandbox: everything that is common to all requests, in the order in which Graph refuses. */
export class GraphService {
  readonly #options: GraphOptions;

  constructor(options: GraphOptions) {
    this.#options = options;
  }

  async answer(call: Call): Promise<Answer> {
    const { routes, tokens, directory, applications, concurrency, origin } = this.#options;
    const { path } = call;
    const token = tokens.check(call.headers.authorization);
    const match = routes.find(call.method, path.segments);
    const user = match.kind === 'found' ? (match.parameters.user ?? '') : '';
    const mailbox = directory.find(user);
    const application = typeof token === 'string' ? undefined : applications.get(token.appid);
    if (user !== '') call.about(mailbox?.address ?? user);
    // From here, not from the end of the body: a slow upload takes one of the mailbox's places as well.
    const place = mailbox && application && concurrency.enter(application.clientId, mailbox.address.toLowerCase());
    if (place) call.whenSettled(place.leave);
    const body = await call.body(this.#options.maxRequestSize);

    if (path.malformed !== undefined) return unknownSegment(call, path.malformed);
    if (match.kind === 'unknown-segment') return this.#unknownPath(call, match.segment, token);
    if (match.kind === 'method-not-allowed') return methodNotAllowed(call, match.allowed);
    if (body.tooLarge) return gatewayRefusal(call, 413, 'BadRequest', TOO_LARGE);
    if (typeof token === 'string') return tokenRefused(call, token, origin());
    if (!application) return tokenRefused(call, 'Access token validation failure.', origin());
    if (match.kind === 'not-emulated') return gatewayRefusal(call, 501, 'NotImplemented', NOT_EMULATED);
    if (this.#options.challenged.has(token.uti)) return claimsChallenge(call, origin());
    if (place && !place.admitted) return throttled(this.#options.retryAfter);
    const { roles = [] } = token;
    const denial = judgeAccess({ application, mailbox, user, roles, needed: match.operation.roles });
    if (denial) return denied(denial);
    const { operation, parameters } = match;
    return operation.answer({
      call,
      application,
      mailbox: mailbox as Mailbox,
      parameters,
      body: body.bytes,
      tokenId: token.uti,
      roles,
    });
  }

  #unknownPath(call: Call, segment: string, token: AccessTokenClaims | string): Answer {
    const [version = '', first = ''] = call.path.segments;
    if (version.toLowerCase() !== 'v1.0') return gatewayRefusal(call, 400, 'BadRequest', `Invalid version: ${version}`);
    const other = otherSpelling(call.path.segments);
    if (first.toLowerCase() !== 'me' && !other) return unknownSegment(call, segment);
    if (typeof token === 'string') return tokenRefused(call, token, this.#options.origin());
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
