/** The part of Nodemailer's MimeNode that is read here; the object may come from any copy of Nodemailer. */
export interface MimeTree {
  _headers: { key: string; value: unknown }[];
  _raw: unknown;
  _transforms?: unknown[];
  childNodes: MimeTree[];
  content?: unknown;
  filename?: string | undefined;
  contentType?: string | undefined;
  boundary?: string | false | undefined;
  rootNode: MimeTree;
  keepBcc: boolean;
  buildHeaders(): string;
  getTransferEncoding(): string | false;
  getEnvelope(): { from: string | false; to: string[]; dsn?: unknown };
  getAddresses(): Record<string, { address: string }[] | undefined>;
  messageId(): string;
}

/**
 * Stands for a node of a message that must not be touched: building a header adds fields to the node, and reading
 * addresses rewrites the address objects that the caller gave. Here both happen to copies.
 */
export function shadowOf(node: MimeTree): MimeTree {
  const shadow = Object.create(node) as MimeTree;
  shadow._headers = node._headers.map(({ key, value }) => ({
    key,
    value: addressFields.has(key) ? copy(value) : value,
  }));
  if (node.rootNode === node) {
    shadow.rootNode = shadow;
    shadow.keepBcc = true;
  }
  return shadow;
}

const addressFields = new Set(['From', 'Sender', 'Reply-To', 'To', 'Cc', 'Bcc']);

/** What Nodemailer reads of an address, a group, or lists of them. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  if (typeof value !== 'object' || value === null) return value;
  const { name, address, group } = value as Record<string, unknown>;
  // Without an address or a group it is something else, for instance { prepared: true, value: '…' }.
  if (address === undefined && group === undefined) return value;
  return { name, address, ...(group !== undefined && { group: copy(group) }) };
}
