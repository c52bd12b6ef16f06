import { isGraphMailError } from '../../common/errors.js';
import type { Settings } from '../../options/settings.js';
import { composeMime } from '../compose/compose.js';
import { base64LinesSize, mimeLimit, toCrlf } from '../compose/encodings.js';
import { type ComposeLimits, contentError, tooLarge } from '../compose/nodemailer-streams.js';
import { editHeader, readHeader } from '../header/header.js';
import { Spool } from './content-source.js';
import { type HeavyAttachment, heavyAttachment } from './heavy-attachment.js';
import { indivisibleAttachment, indivisibleMessage, type SentMail } from './indivisible.js';
import { headerOf, type Leaf, type TreeNode } from './leaves.js';
import { indivisibleError, refusalOfUpload, tooMuchLeft } from './limits.js';
import { type Part, partsOf } from './parts.js';

/** A message that fits into a request, because what is too heavy for it was left out. (fact draft-12) */
export interface LargeMessage {
  mime: Buffer;
  /** What was left out, in the order in which it stood in the message; nothing when the message fits as it is. */
  heavy: HeavyAttachment[];
  /** Deletes temporary files, after which `heavy` cannot be read any more. Must be called always; harmless twice. */
  release(): Promise<void>;
}

/**
 * Composes a message, if need be without its largest attachments. Its tree is taken apart for that, so nothing else can
 * compose it afterwards.
 * @param sizeOf the bytes of MIME that a request will hold for what was composed, where it is completed afterwards
 * @throws GraphMailError `EMESSAGE` when it fits into no request and cannot be sent in parts; what reading content throws
 */
export async function composeLarge(
  mail: SentMail,
  settings: Pick<Settings, 'maxRequestSize' | 'timeout' | 'mailer'>,
  signal?: AbortSignal,
  sizeOf: (composed: Buffer) => number = (composed) => composed.length,
): Promise<LargeMessage> {
  const root = mail.message as TreeNode;
  const limits = { maxSize: mimeLimit(settings.maxRequestSize), timeout: settings.timeout, signal };
  const fits = (composed: Buffer) => sizeOf(composed) <= limits.maxSize;
  const spool = new Spool();
  const release = () => spool.release();
  try {
    const indivisible = indivisibleMessage(mail, settings);
    if (indivisible) {
      const mime = await composeMime(root, limits);
      if (mime === tooLarge || !fits(mime)) throw indivisibleError(indivisible);
      return { mime, heavy: [], release };
    }
    const parts = await partsOf(root, spool, limits);
    return { ...(await divide(root, parts, fits, limits)), release };
  } catch (error) {
    await release().catch(() => {});
    throw isGraphMailError(error) ? error : contentError(error);
  }
}

/**
 * Takes the largest attachments out of a message, one by one, until the rest fits into a request.
 * @param fits whether composed bytes, once completed, fit as well
 * @throws GraphMailError `EMESSAGE`; what composing throws
 */
async function divide(
  root: TreeNode,
  parts: readonly Part[],
  fits: (composed: Buffer) => boolean,
  limits: ComposeLimits,
): Promise<{ mime: Buffer; heavy: HeavyAttachment[] }> {
  const movable = parts
    .filter((part) => part.attached && part.source.size > 0 && !indivisibleAttachment(part))
    .sort((a, b) => b.source.size - a.source.size);
  const heavy = new Map<Part, HeavyAttachment>();
  for (;;) {
    const left = parts.filter((part) => !heavy.has(part));
    const composed = await composeParts(root, left, limits);
    if (composed !== tooLarge) {
      const mime = left.length === 0 ? withEmptyBody(composed) : composed;
      if (fits(mime)) return { mime, heavy: parts.flatMap((part) => heavy.get(part) ?? []) };
    }
    const next = movable.shift();
    if (!next) throw tooMuchLeft(left.toSorted((a, b) => b.source.size - a.source.size)[0], limits.maxSize);
    heavy.set(next, heavyAttachment(next, next.source));
    const refusal = refusalOfUpload([...heavy.values()]);
    if (refusal) throw refusal;
    removeLeaf(next);
  }
}

/**
 * Composes a message of which `parts` are left, any number of times. Temporary files are given as streams, because they are
 * none of those that `disableFileAccess` means.
 */
async function composeParts(
  root: TreeNode,
  parts: readonly Part[],
  limits: ComposeLimits,
): Promise<Buffer | typeof tooLarge> {
  // What would be cut off is not begun: Nodemailer before version 10 leaves files open then.
  if (parts.reduce((sum, part) => sum + leastSize(part), 0) > limits.maxSize) return tooLarge;
  const streams = parts.flatMap(({ node, source }) => {
    const stream = source.stream?.();
    if (stream) node.setContent(stream);
    return stream ?? [];
  });
  try {
    return await composeMime(root, limits);
  } finally {
    for (const stream of streams) stream.on('error', () => {}).destroy();
  }
}

/** The fewest bytes that a part takes in a message whose lines end with CRLF. */
function leastSize({ node, source: { size } }: Part): number {
  const encoding = headerOf(node, 'Content-Transfer-Encoding').trim().toLowerCase();
  return encoding === 'base64' ? base64LinesSize(size) : size;
}

/** Takes a leaf out of its message, with every multipart that has no parts then: the standard knows none without. */
function removeLeaf({ node, parents }: Leaf): void {
  const [parent, ...above] = parents;
  if (parent) prune(node, parent, above);
  else node.setContent('');
}

function prune(node: TreeNode, parent: TreeNode, [next, ...above]: TreeNode[]): void {
  node.remove();
  if (next && !parent.childNodes?.length) prune(parent, next, above);
}

/** The header of a message over an empty text, with nothing left that described what the body was before. */
function withEmptyBody(composed: Buffer): Buffer {
  const mime = toCrlf(composed);
  const header = readHeader(mime);
  // What finishes the message tells what is wrong with such a header.
  if ('fault' in header) return mime;
  const described = header.fields.filter(({ name }) => /^content-/i.test(name));
  const head = Buffer.concat([mime.subarray(0, header.end), Buffer.from('\r\n')]);
  return editHeader(head, header, described, ['Content-Type: text/plain; charset=us-ascii']);
}
