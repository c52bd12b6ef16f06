/**
 * What an administrator does about Entra's errors, by AADSTS number (Microsoft Entra authentication and authorization
 * error codes).
 * (facts entra-1, entra-2, entra-3, entra-4, entra-5, entra-6, entra-7, entra-8, entra-10, entra-11, entra-12,
 * entra-13)
 */
export const AADSTS_HINTS: Readonly<Record<number, string>> = {
  700027:
    'Upload the public part of this certificate (.cer) to the app registration, under Certificates & secrets; if one is there, compare its thumbprint with the one named here, and its expiry date.',
  1000502:
    'The certificate is outside its validity period: make a new one and upload its public part to the app registration.',
  7000274:
    'The certificate is outside its validity period: make a new one and upload its public part to the app registration.',
  7000214: 'The certificate was revoked: make a new one and upload its public part to the app registration.',
  7000277: 'The certificate was revoked: make a new one and upload its public part to the app registration.',
  700024:
    'The clock of this machine is wrong: synchronise it; Entra refuses assertions outside a few minutes of its own time.',
  50027: 'Entra could not read the client assertion. If clientAssertion is your own, check the token it returns.',
  50012:
    'The signature or thumbprint of the client assertion does not match a certificate of the application: upload this certificate.',
  7000215: "The client secret is wrong. Use the secret's Value, not its Secret ID; better, use a certificate.",
  7000222: 'The client secret has expired: make a new one, or better, use a certificate.',
  7000218: 'The application sent neither certificate nor secret: check the credential options.',
  700016:
    "No application with this client id exists in this tenant: check clientId and tenantId (both are on the app registration's overview page), and that they are not swapped.",
  7000112: 'The application is disabled: an administrator can enable it under Enterprise applications, Properties.',
  90002: 'There is no such tenant: check tenantId (Directory (tenant) id), and the option cloud.',
  900023: 'tenantId is neither a GUID nor a domain of a tenant: check it.',
  500011: 'The tenant does not know Microsoft Graph under this host: check the option cloud.',
  700022: 'The scope names more than one resource: check the option cloud.',
  70011: 'The scope is not valid: check the option cloud.',
  900144: 'The token request lacks a parameter: check the credential options.',
  53003:
    'A Conditional Access policy for workload identities blocks this application here: ask the Entra administrator.',
  530032: 'A security policy of the tenant blocks this application: ask the Entra administrator.',
  90033: 'Entra has a passing fault: try again later.',
  90006: 'Entra has a passing fault: try again later.',
  90024: 'Entra has a passing fault: try again later.',
  90012: 'Entra has a passing fault: try again later.',
  90055: 'Entra throttles this tenant: try again later.',
  90038: "The tenant lives in a national cloud: set the option cloud ('usgov', 'usgov-dod' or 'china').",
};

const passing = new Set([90033, 90006, 90024, 90012, 90055]);

export function aadstsHint(number: number | undefined): string | undefined {
  return number === undefined ? undefined : AADSTS_HINTS[number];
}

/** Whether the same token request may succeed later without anybody doing anything. */
export function isPassing(status: number, number: number | undefined): boolean {
  return status === 429 || status >= 500 || (number !== undefined && passing.has(number));
}
