const smallKey =
  'The RSA key is too small for Entra: make a certificate with a key of 2048 bits or more, and upload its public part to the app registration.';
const otherCloud =
  "The tenant lives in another cloud than the one that was asked: set the option cloud ('global', for GCC too; 'usgov' for GCC High; 'usgov-dod' or 'china'). An application of one cloud does not exist in another.";

/**
 * What an administrator does about Entra's errors, by AADSTS number (Microsoft Entra authentication and authorization
 * error codes; for those that it does not list see {@link UNLISTED_AADSTS}).
 * (facts entra-1, entra-2, entra-3, entra-4, entra-5, entra-6, entra-7, entra-8, entra-10, entra-11, entra-12,
 * entra-13)
 * @internal
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
  700030:
    'The names in the certificate are not among those that the application trusts: with sendCertificateChain, an administrator compares its subject with the trusted subject names and issuers of the application; without it, upload this certificate.',
  50032: smallKey,
  50012:
    'The client assertion is not accepted: upload this certificate, if it is not one of the application. With sendCertificateChain the chain, its issuer or the subject name may not be trusted.',
  7000215: "The client secret is wrong. Use the secret's Value, not its Secret ID; better, use a certificate.",
  7000222: 'The client secret has expired: make a new one, or better, use a certificate.',
  7000218: 'The application sent neither certificate nor secret: check the credential options.',
  700016:
    "No application with this client id exists in this tenant: check clientId and tenantId (both are on the app registration's overview page), and that they are not swapped.",
  7000112:
    'The application is disabled: an administrator can enable it under Enterprise applications, Properties, or activate the app registration again, where that was deactivated.',
  7000229:
    'The application has no service principal (Enterprise application) in this tenant: an administrator makes it on the overview page of the app registration, or with New-MgServicePrincipal -AppId and the client id.',
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
  90038: otherCloud,
  900382: otherCloud,
  900432: otherCloud,
};

const webLibrary = "the source of Microsoft's library Identity Web";

/**
 * The numbers that Microsoft's page of error codes does not list (as of November 2026), and what they are known from. What
 * they mean is less sure than of the others.
 * @internal
 */
export const UNLISTED_AADSTS: Readonly<Record<number, string>> = {
  700024: webLibrary,
  900023: 'reports of users',
  1000502: webLibrary,
  7000214: webLibrary,
  7000229: "the troubleshooting page of Microsoft's Teams SDK",
  7000274: webLibrary,
  7000277: webLibrary,
};

const passing = new Set([90033, 90006, 90024, 90012, 90055]);

/** @param text what Entra said: one number stands for several faults of a certificate */
export function aadstsHint(number: number | undefined, text = ''): string | undefined {
  if (number === undefined) return undefined;
  return isSmallKey(number, text) ? smallKey : AADSTS_HINTS[number];
}

/** Whether Entra finds the key too small: reported of 700027, "RSA key size 1024 is less than the minimum required 2048 bits". */
export function isSmallKey(number: number, text: string): boolean {
  return number === 700027 && /key size/i.test(text);
}

/** Whether the same token request may succeed later without any change. */
export function isPassing(status: number, number: number | undefined): boolean {
  return status === 429 || status >= 500 || (number !== undefined && passing.has(number));
}
