/** Bytes of MIME whose base64 fits into a request. (fact size-2) */
export function mimeLimit(maxRequestSize: number): number {
  return Math.floor(maxRequestSize / 4) * 3;
}
