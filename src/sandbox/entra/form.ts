/** The fields of a token request (RFC 6749 §4.4.2). Entra sees none in a body that is not declared as a form. */
export function readForm(contentType: string | undefined, body: Buffer): URLSearchParams {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  return new URLSearchParams(type === 'application/x-www-form-urlencoded' ? body.toString() : '');
}
