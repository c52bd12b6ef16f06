import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { configError } from '../../common/errors.js';
import { type Pem, parsePem } from '../../common/pem.js';
import { shownPath } from '../../options/shown-value.js';

/** What a file or an option holds, before any of it is opened. */
export type CertificateContent =
  | { kind: 'pem'; pem: Pem }
  /** A certificate in binary, as Windows writes a .cer. */
  | { kind: 'der'; bytes: Buffer }
  | { kind: 'pfx'; bytes: Buffer };

/** Bytes; certificates with their chains take a few thousand. */
const largestContent = 1_000_000;

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

/** Files as they were at one moment. */
interface FilesRead {
  contents: Buffer[];
  /** Differs once a file was replaced or written to. */
  stamp: string;
}

/**
 * Reads the files, synchronously: they are a few kilobytes, read at construction, and looked at again about once an hour.
 * @throws GraphMailError `ECONFIG`
 */
export function readFiles(paths: readonly string[], from: string): FilesRead {
  // The stamps are taken first: what is written in between is then found at the next look.
  const read = paths.map((file) => readOne(file, paths.length === 1 ? from : `${from}: ${shownPath(file)}`));
  return { contents: read.map(({ content }) => content), stamp: read.map(({ stamp }) => stamp).join() };
}

/** The stamp that {@link readFiles} would give now; `undefined` where it would fail. */
export function stampNow(paths: readonly string[]): string | undefined {
  try {
    return paths.map(stampOf).join();
  } catch {
    return undefined;
  }
}

function stampOf(file: string): string {
  const { dev, ino, size, mtimeNs } = statSync(file, { bigint: true });
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

function readOne(file: string, from: string): { content: Buffer; stamp: string } {
  const unreadable = (reason: string, hint: string) => configError(`${from} cannot be read: ${reason}.`, hint);
  try {
    const stamp = stampOf(file);
    const stats = statSync(file);
    if (stats.isDirectory()) throw unreadable('it is a directory', 'Give the path of the file in it.');
    if (!stats.isFile()) throw unreadable('it is not a regular file', 'Give the path of a PEM or PFX file.');
    if (stats.size > largestContent) {
      throw unreadable(
        `it is ${stats.size} bytes large`,
        'Give the path of a PEM or PFX file; they take a few kilobytes.',
      );
    }
    return { content: readFileSync(file), stamp };
  } catch (error) {
    // Not the error itself: its text holds the path, which is the secret where the content was given as the path.
    const { code } = error as { code?: string };
    if (code === 'ECONFIG') throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const relative = path.isAbsolute(file) ? '' : ` Relative paths start at ${process.cwd()}.`;
      throw unreadable('there is no such file', `Check the path.${relative}`);
    }
    if (code === 'EACCES' || code === 'EPERM') {
      throw unreadable('permission was denied', 'Let the account that runs this program read the file.');
    }
    if (code === 'ENAMETOOLONG') {
      throw unreadable(
        'this is too long for a path',
        "The content of a certificate goes into the option 'certificate'.",
      );
    }
    throw unreadable(
      `the file system says ${code}`,
      'Check the path, and that the account that runs this program may read the file.',
    );
  }
}
