import { type Answer, jsonAnswer } from './answer.js';
import type { Call } from './call.js';

/** Graph's error body as its gateway writes it (Graph documentation, "Error responses"). (fact error-9) */
export function gatewayRefusal(call: Call, status: number, code: string, message: string): Answer {
  const innerError = {
    date: new Date(call.at).toISOString().slice(0, 19),
    'request-id': call.requestId,
    'client-request-id': call.clientRequestId ?? call.requestId,
  };
  return refuse(status, { code, message, innerError });
}

/** The shorter body that the Outlook service behind it writes. */
export function outlookRefusal(status: number, code: string, message: string): Answer {
  return refuse(status, { code, message });
}

export function methodNotAllowed(call: Call, allowed: string[]): Answer {
  const message = `The OData request is not supported: ${call.method} is not allowed here.`;
  const answer = gatewayRefusal(call, 405, 'Request_BadRequest', message);
  answer.headers = { ...answer.headers, allow: allowed.join(', ') };
  return answer;
}

function refuse(status: number, error: object): Answer {
  return jsonAnswer(status, { error }, { 'content-type': 'application/json' });
}

export function tokenRefused(call: Call, message: string): Answer {
  const answer = gatewayRefusal(call, 401, 'InvalidAuthenticationToken', message);
  answer.headers = { ...answer.headers, 'www-authenticate': challenge(call.origin) };
  return answer;
}

/** Continuous access evaluation: the client is to ask Entra for another token, issued later than `since`. */
export function claimsChallenge(call: Call, since = call.at): Answer {
  const nbf = String(Math.floor(since / 1000));
  const claims = Buffer.from(JSON.stringify({ access_token: { nbf: { essential: true, value: nbf } } })).toString(
    'base64',
  );
  const message =
    'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp';
  const answer = gatewayRefusal(call, 401, 'InvalidAuthenticationToken', message);
  answer.headers = {
    ...answer.headers,
    'www-authenticate': `${challenge(call.origin)}, error="insufficient_claims", claims="${claims}"`,
  };
  return answer;
}

function challenge(origin: string): string {
  return `Bearer realm="", authorization_uri="${origin}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`;
}

/** Why Exchange refuses a request. */
export class Denial {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly message: string,
  ) {}
}

export function denial(status: number, code: string, message: string): Denial {
  return new Denial(status, code, message);
}

export function isDenial(value: object): value is Denial {
  return value instanceof Denial;
}

export function denied({ status, code, message }: Denial): Answer {
  return outlookRefusal(status, code, message);
}

export const messageTooLarge = denial(
  400,
  'ErrorMessageSizeExceeded',
  'The message exceeds the maximum supported size.',
);

export const itemNotFound = denial(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');

/** Graph's status and code for it are not known: inferred. */
export const notADraft = denial(400, 'ErrorInvalidOperation', 'The message is not a draft: it was sent already.');
