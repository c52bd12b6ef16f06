import { configError } from '../../common/errors.js';
import { type Pem, parsePem } from '../../common/pem.js';

/** What a file or an option holds, before any of it is opened. */
export type CertificateContent =
  | { kind: 'pem'; pem: Pem }
  /** A certificate in binary, as Windows writes a .cer. */
  | { kind: 'der'; bytes: Buffer }
  | { kind: 'pfx'; bytes: Buffer };

/** Bytes; certificates with their chains take a few thousand. */
export const largestContent = 1_000_000;

export const toPem =
  'The PEM must hold both the certificate and the private key. A PFX (.pfx, .p12) can be converted: openssl pkcs12 -in file.pfx -nodes -out file.pem.';

/**
 * Tells PEM, PFX and base64 of either apart.
 * @throws GraphMailError `ECONFIG` for anything else
 */
export function recognise(content: string | Uint8Array, from: string): CertificateContent {
  if (content.length > largestContent) {
    throw configError(`${from} is ${content.length} bytes long: that is no certificate.`, toPem);
  }
  if (typeof content === 'string' && /^0[\u0080-\u00ff\ufffd]/.test(content)) {
    throw configError(
      `${from} is a binary file that was read as text, which damages it.`,
      'Read the file without an encoding and give the bytes, or give them in base64.',
    );
  }
  const bytes = Buffer.from(content as Uint8Array);
  const known = recogniseBytes(bytes, from);
  if (known) return known;
  const text = toText(bytes);
  if (text.trim() === '') throw configError(`${from} is empty.`, toPem);
  const base64 = text.replace(/\\[rn]|\s|^["']|["']$/g, '');
  const decoded = /^[A-Za-z0-9+/_-]{4,}={0,2}$/.test(base64)
    ? recogniseBytes(Buffer.from(base64, 'base64'), from)
    : undefined;
  if (decoded) return decoded;
  const isPath = /^[^\n]+\.(pem|pfx|p12|cer|crt|key)$/i.test(text.trim());
  throw configError(
    `${from} holds neither PEM text nor a PFX.`,
    isPath ? "This looks like a path: give it as the option 'certificatePath'." : toPem,
  );
}

function recogniseBytes(bytes: Buffer, from: string): CertificateContent | undefined {
  const text = toText(bytes);
  if (text.includes('-----BEGIN ')) return { kind: 'pem', pem: parsePem(text) };
  if (bytes[0] !== 0x30 || bytes.length < 5) return undefined;
  // ASN.1: what the outer SEQUENCE begins with tells one format from the other.
  const lengthByte = bytes[1] as number;
  const inner = bytes.subarray(lengthByte > 0x80 ? 2 + (lengthByte & 0x7f) : 2);
  if (inner[0] === 0x02 && inner[1] === 1 && inner[2] === 3) return { kind: 'pfx', bytes };
  if (inner[0] === 0x30) return { kind: 'der', bytes };
  if (inner[0] === 0x02) {
    throw configError(
      `${from} holds a private key in binary form (DER).`,
      'Convert it: openssl pkey -inform DER -in file.key -out file.pem.',
    );
  }
  if (inner[0] === 0x06) {
    throw configError(
      `${from} is a PKCS #7 file (.p7b): it holds certificates, but never a private key.`,
      'Export the certificate together with its private key, as PEM or PFX.',
    );
  }
  return undefined;
}

/** PowerShell writes UTF-16 where it is not told otherwise. */
function toText(bytes: Buffer): string {
  const text = bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
