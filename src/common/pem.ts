/** One `-----BEGIN …-----` block, written afresh so that OpenSSL reads it whatever became of its line breaks. */
export interface PemBlock {
  /** What stands after BEGIN, for instance `CERTIFICATE` or `RSA PRIVATE KEY`. */
  label: string;
  text: string;
  /** The decoded body; of the old encrypted form, the encrypted bytes. */
  bytes: Buffer;
  /** The cipher of the old `Proc-Type: 4,ENCRYPTED` form. */
  cipher?: string;
}

export interface Pem {
  blocks: PemBlock[];
  /** Labels of blocks without an END line, or whose body is not base64. */
  broken: string[];
}

const begin = /-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,60})-----/g;

/**
 * Splits text into its PEM blocks (RFC 7468), leniently: text around them, indentation, line breaks that an environment
 * variable turned into `\n` or spaces.
 */
export function parsePem(given: string): Pem {
  const text = given.replaceAll('\\r', '').replaceAll('\\n', '\n');
  const begins = [...text.matchAll(begin)];
  const pem: Pem = { blocks: [], broken: [] };
  begins.forEach((match, index) => {
    const label = match[1] as string;
    const inner = text.slice(match.index + match[0].length, begins[index + 1]?.index);
    const end = inner.indexOf(`-----END ${label}-----`);
    const block = end === -1 ? undefined : toBlock(label, inner.slice(0, end));
    if (block) pem.blocks.push(block);
    else pem.broken.push(label);
  });
  return pem;
}

const oldEncryption = /^\s*Proc-Type:\s*4\s*,\s*ENCRYPTED\s+DEK-Info:\s*([A-Z0-9-]+)\s*,\s*([0-9A-F]+)\s/i;

function toBlock(label: string, inner: string): PemBlock | undefined {
  const old = oldEncryption.exec(inner);
  const body = inner.slice(old?.[0].length ?? 0).replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined;
  const headers = old ? [`Proc-Type: 4,ENCRYPTED`, `DEK-Info: ${old[1]},${old[2]}`, ''] : [];
  const lines = body.match(/.{1,64}/g) ?? [];
  const text = [`-----BEGIN ${label}-----`, ...headers, ...lines, `-----END ${label}-----`, ''].join('\n');
  return { label, text, bytes: Buffer.from(body, 'base64'), ...(old && { cipher: old[1] as string }) };
}
