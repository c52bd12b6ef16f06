/** The domain after the @ of a message's From, for its Message-ID; a name that nobody owns where there is none. */
export function fromDomain(message: { from?: unknown }): string {
  const domain = /@([^\s@<>",;]+)>?\s*$/.exec(addressIn(message.from))?.[1];
  return domain?.toLowerCase() ?? 'bulk.invalid';
}

function addressIn(from: unknown): string {
  if (Array.isArray(from)) return addressIn(from[0]);
  if (typeof from === 'object' && from !== null && 'address' in from) return String(from.address);
  return typeof from === 'string' ? from : '';
}
