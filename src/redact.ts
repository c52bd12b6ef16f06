/**
 * Text from the other side, for an error or a log line: shortened, and without anything that looks like a secret, as a
 * server or a proxy in between may quote the request that it refuses.
 * @param secrets what is known to be secret, and looks like nothing in particular
 */
export function withoutSecrets(text: string, ...secrets: string[]): string {
  const clean = withoutQuotes(text, secrets)
    .replace(/eyJ[\w-]{8,}(\.[\w-]*){0,4}/g, '[redacted]')
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]')
    .replace(
      /\b(client_secret|client_assertion|access_token|password|pwd)(["']?\s*[=:]\s*["']?)[^\s"'&<,;]+/gi,
      '$1$2[redacted]',
    )
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[redacted]')
    // Long runs of base64 are content: of a message, or of a key.
    .replace(/[A-Za-z0-9+/=_-]{120,}/g, '[redacted]');
  return clean.length > 500 ? `${clean.slice(0, 499)}…` : clean;
}

/** Shorter ones (in characters) are nobody's secret, and would be found in ordinary words. */
const shortestSecret = 8;

/** `text` without the `secrets` themselves, as they are or escaped as in JSON or a URL. */
export function withoutQuotes(text: string, secrets: readonly string[]): string {
  return (
    secrets
      // No form of a secret is shorter than it, so ordinary answers cost nothing here.
      .filter((secret) => secret.length >= shortestSecret && secret.length <= text.length)
      .reduce((left, secret) => left.replace(quoteOf(secret), '[redacted]'), text)
  );
}

function quoteOf(secret: string): RegExp {
  const forms = secret.replace(/[^a-z0-9]/gi, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `(?:\\\\?\\u${code}|\\\\u${code}|%${code.slice(2)})`;
  });
  return new RegExp(forms, 'gi');
}
