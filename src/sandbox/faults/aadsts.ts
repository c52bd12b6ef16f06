/** An answer of Entra that a rule can ask for by its number. */
export interface AadstsAnswer {
  /** The OAuth error (RFC 6749 §5.2). */
  error: string;
  status: number;
  /** `{client}` and `{tenant}` stand for what the request names. */
  message: string;
}

const row = (error: string, status: number, message: string): AadstsAnswer => ({ error, status, message });
const client = (message: string): AadstsAnswer => row('invalid_client', 401, message);
const request = (message: string): AadstsAnswer => row('invalid_request', 400, message);
const transient = (status: number, message: string): AadstsAnswer => row('temporarily_unavailable', status, message);

/**
 * By AADSTS code (Microsoft's "Microsoft Entra authentication and authorization error codes", which does not list 700024,
 * 900023, 1000502, 7000214, 7000229, 7000274 and 7000277). That `invalid_client` is
 * answered 401 and the rest 400 is documented; the status of the transient ones, and some errors, are inferred.
 * (fact auth-5)
 */
export const AADSTS: ReadonlyMap<number, AadstsAnswer> = new Map([
  [50012, client('Authentication failed.')],
  [50032, client('RSA key size 1024 is less than the minimum required 2048 bits.')],
  [50027, client('JWT token is invalid or malformed.')],
  [53003, row('access_denied', 400, 'Access has been blocked by Conditional Access policies.')],
  [70011, row('invalid_scope', 400, "The provided value for the input parameter 'scope' is not valid.")],
  [90002, request("Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID.")],
  [90006, transient(503, 'The service is temporarily unavailable.')],
  [90012, transient(503, 'The request has timed out.')],
  [90024, transient(503, 'A transient error has occurred. Please try again.')],
  [90033, transient(503, 'A transient error has occurred. Please try again.')],
  [90038, request("The specified tenant '{tenant}' belongs to a National Cloud.")],
  [90055, transient(429, 'There are too many incoming requests for this tenant.')],
  [500011, row('invalid_resource', 400, 'The resource principal was not found in the tenant named {tenant}.')],
  [530032, row('access_denied', 400, 'The tenant admin has configured a security policy that blocks this request.')],
  [
    700016,
    row(
      'unauthorized_client',
      400,
      "Application with identifier '{client}' was not found in the directory '{tenant}'.",
    ),
  ],
  [700022, request("The value for the input parameter 'scope' contains more than one resource.")],
  [700024, client('Client assertion is not within its valid time range.')],
  [
    700027,
    client(
      'The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.]',
    ),
  ],
  [
    700030,
    client(
      'Invalid certificate - subject name in certificate is not authorized. SubjectNames/SubjectAlternativeNames (up to 10) in token certificate are: CN=graph-mailer.',
    ),
  ],
  [900023, request("Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.")],
  [900382, request('Confidential Client is not supported in Cross Cloud request.')],
  [900432, request('Confidential Client is not supported in Cross Cloud request.')],
  [900144, request("The request body must contain the following parameter: 'client_id'.")],
  [1000502, client('The provided certificate is not within its specified validity period.')],
  [7000112, row('unauthorized_client', 400, "Application '{client}' is disabled.")],
  [7000214, client('The certificate has been revoked.')],
  [7000215, client("Invalid client secret provided for app '{client}'.")],
  [7000218, client("The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")],
  [7000222, client("The provided client secret keys for app '{client}' are expired.")],
  [7000229, client("The client application '{client}' is missing service principal in the tenant '{tenant}'.")],
  [7000274, client('The certificate is not within its validity period.')],
  [7000277, client('The certificate has been revoked.')],
]);
