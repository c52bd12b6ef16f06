/** Bytes of MIME whose base64 fits into a request. */
export function mimeLimit(maxRequestSize: number): number {
  return Math.floor(maxRequestSize / 4) * 3;
}
