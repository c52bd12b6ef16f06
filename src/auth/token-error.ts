import { quotedPasswordHint } from '../common/environment.js';
import { GraphMailError } from '../common/errors.js';
import { withoutSecrets } from '../common/redact.js';
import { type HttpAnswer, parseObject } from '../graph/http.js';
import { describeNetworkFailure, type NetworkFailure } from '../graph/network-failure.js';
import { aadstsHint, isPassing } from './aadsts-hints.js';

/** The token endpoint could not be reached. Nothing was sent, as no message leaves without a token. */
export function tokenNetworkError(failure: NetworkFailure, host: string): GraphMailError {
  const { code, text, hint = silent(failure, host), permanent } = describeNetworkFailure(failure, host);
  return new GraphMailError(`No token: ${text}.`, { code, permanent, command: 'TOKEN', hint, cause: failure });
}

function silent({ reason }: NetworkFailure, host: string): string | undefined {
  return reason === 'timeout'
    ? `Check that this machine may connect to port 443 of ${host}, directly or through a proxy: a firewall that drops packets looks like this.`
    : undefined;
}

/**
 * The token endpoint answered, but not with a token. What MSAL made of that adds nothing.
 * @param retryAfter in ms
 * @param secret the client secret that was sent, if any: a hint may say what is odd about it, never what it is
 */
export function tokenAnswerError(answer: HttpAnswer, retryAfter: number | undefined, secret?: string): GraphMailError {
  const { error, error_description: description, error_codes: codes } = parseObject(answer.body);
  const aadsts = Array.isArray(codes) && typeof codes[0] === 'number' ? codes[0] : undefined;
  const text = typeof description === 'string' ? withoutSecrets(description.split(/ Trace ID:|\r?\n/)[0] ?? '') : '';
  const response = [String(answer.status), typeof error === 'string' ? withoutSecrets(error) : undefined]
    .filter(Boolean)
    .join(' ');
  const refused = answer.status === 200 ? 'the token endpoint answered without a token' : `Entra answered ${response}`;
  return new GraphMailError(`No token: ${refused}${text ? `: ${text}` : ''}`, {
    code: 'EAUTH',
    permanent: !isPassing(answer.status, aadsts) && answer.status !== 200,
    command: 'TOKEN',
    responseCode: answer.status,
    response: text ? `${response}: ${text}` : response,
    aadsts,
    retryAfter,
    hint:
      (aadsts === wrongSecret ? quotedPasswordHint(secret, 'The client secret', 'AZURE_CLIENT_SECRET') : undefined) ??
      aadstsHint(aadsts, text) ??
      hintByStatus(answer, aadsts, typeof error === 'string'),
    requestId: answer.headers['x-ms-request-id'],
  });
}

/** AADSTS7000215. */
const wrongSecret = 7000215;

/** For answers whose number is missing or says nothing here. */
function hintByStatus({ status }: HttpAnswer, aadsts: number | undefined, isEntra: boolean): string | undefined {
  if (status >= 500 || status === 429) return 'Entra cannot serve just now: try again later.';
  if (aadsts !== undefined)
    return `Microsoft explains this error: https://login.microsoftonline.com/error?code=${aadsts}`;
  return isEntra
    ? undefined
    : 'This is not how Entra answers: look for a proxy or captive portal between this machine and Entra, and check the option cloud.';
}
