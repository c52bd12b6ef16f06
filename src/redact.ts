/**
 * Text from the other side, for an error or a log line: shortened, and without anything that looks like a secret, as a
 * server or a proxy in between may quote the request that it refuses.
 */
export function withoutSecrets(text: string): string {
  const clean = text
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
