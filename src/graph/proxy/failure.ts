/**
 * A proxy that could not be reached, refused, or did not do what it said. It always happens before the TLS handshake with
 * the target, so nothing of the request has left; and it is never the target's answer, whatever status the proxy gave.
 */
export class ProxyFailure extends Error {
  readonly code = 'EPROXY';
  /** Whether the next attempt would meet the same. */
  readonly permanent: boolean;
  readonly hint: string;

  constructor(message: string, permanent: boolean, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ProxyFailure';
    this.permanent = permanent;
    this.hint = hint;
  }
}
