import { isUint8Array } from 'node:util/types';
import { abortError, onAbort } from '../../common/abort.js';
import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { clearTimeout, setTimeout } from '../../common/timers.js';
import { isStream } from '../common/content.js';
import type { ComposedNode } from '../common/types.js';
import { type ComposeLimits, checkNodemailersTimers, contentError } from '../compose/nodemailer-streams.js';
import { bytesSource, type ContentSource, fileSource, type Spool } from './content-source.js';
import { headerOf, type Leaf, leavesOf, type TreeNode } from './leaves.js';
import { maxUpload, uploadError } from './limits.js';

/** A leaf whose content is at hand, as often as it is wanted. */
export interface Part extends Leaf {
  source: ContentSource;
}

/**
 * Content of known size, as it is in the message; `undefined` for streams, URLs, and whatever else only reading tells.
 * @throws GraphMailError `ESTREAM` or `EFILEACCESS`
 */
async function sourceAtHand({ node, parents }: Leaf): Promise<ContentSource | undefined> {
  const { content } = node;
  if (!content) return bytesSource('');
  if (typeof content === 'string' || isUint8Array(content)) return bytesSource(content);
  if (typeof content !== 'object' || isStream(content)) return undefined;
  const { path, href } = content as { path?: unknown; href?: unknown };
  if (typeof path !== 'string' || href) return undefined;
  if ([node, ...parents].some(({ disableFileAccess }) => disableFileAccess)) {
    throw contentError(Object.assign(new Error(`File access rejected for ${path}`), { code: 'EFILEACCESS' }));
  }
  return fileSource(path);
}

/**
 * Brings all content of a message to hand, by reading what can be read only once.
 * @throws GraphMailError `EMESSAGE` when that is more than can be sent; what reading and keeping it throw
 */
export async function partsOf(root: TreeNode, spool: Spool, limits: ComposeLimits): Promise<Part[]> {
  const most = Math.max(maxUpload, limits.maxSize);
  const parts: Part[] = [];
  let kept = 0;
  for (const leaf of leavesOf(root)) {
    let source = await sourceAtHand(leaf);
    if (!source) {
      source = await spool.keep(leafContent(leaf.node, limits), most - kept);
      if (!source) throw uploadError(kept === 0 ? `The attachment ${leaf.name} has` : 'The attachments have together');
      if (!source.stream) leaf.node.setContent(await source.read(0, source.size));
      kept += source.size;
    }
    parts.push({ ...leaf, source });
  }
  return parts;
}

const encoding = 'Content-Transfer-Encoding';

/**
 * The bytes of a leaf, as Nodemailer itself reads them, so that its rules on files and URLs hold. In base64, the one
 * encoding that gives back every byte as it was; the leaf's own encoding is as before afterwards. `timeout` is for each wait
 * and not for all of it, because what is large takes its time.
 * @throws GraphMailError `ESTREAM`, `ETIMEDOUT`, `EABORT`, `EFILEACCESS` or `EURLACCESS`
 */
async function* leafContent(
  node: TreeNode,
  { timeout, signal }: Pick<ComposeLimits, 'timeout' | 'signal'>,
): AsyncGenerator<Buffer> {
  if (signal?.aborted) throw abortError(signal);
  checkNodemailersTimers();
  const own = headerOf(node, encoding);
  node.setHeader(encoding, 'base64');
  try {
    const stream = node.createReadStream({ lineLength: false });
    const timer = setTimeout(() => stream.destroy(stalled(timeout)), timeout);
    const release = onAbort(signal, () => stream.destroy(abortError(signal)));
    try {
      for await (const bytes of decoded(stream)) {
        timer.refresh();
        yield bytes;
      }
    } finally {
      clearTimeout(timer);
      release();
      stream.on('error', () => {}).destroy();
      // Majors before 10 leave it open.
      if (isStream(node.content)) node.content.on('error', () => {}).destroy();
    }
  } catch (error) {
    throw isGraphMailError(error) ? error : contentError(error);
  } finally {
    node.setHeader(encoding, own);
  }
}

/** What follows the header, decoded; its only line end is the last. */
async function* decoded(mime: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let inHeader = true;
  for await (const chunk of mime) {
    held = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    if (inHeader) {
      const body = endOfHeader(held);
      if (body < 0) continue;
      inHeader = false;
      held = held.subarray(body);
    }
    const whole = held.length - (held.length % 4);
    if (whole > 0) yield Buffer.from(held.toString('latin1', 0, whole), 'base64');
    held = held.subarray(whole);
  }
  if (!inHeader && held.length > 0) yield Buffer.from(held.toString('latin1'), 'base64');
}

function endOfHeader(bytes: Buffer): number {
  const crlf = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  if (crlf >= 0) return crlf + 4;
  // With the option newline: 'unix'.
  const lf = bytes.indexOf('\n\n', 0, 'latin1');
  return lf < 0 ? -1 : lf + 2;
}

function stalled(timeout: number): GraphMailError {
  return new GraphMailError(`The message's content gave nothing for ${timeout} ms.`, {
    code: 'ETIMEDOUT',
    command: 'API',
    hint: 'A stream or URL given as content or attachment never ended. Check what feeds it.',
  });
}

/** An attachment and what it weighs, for the error that says why a message is too large. */
interface WeighedPart {
  name: string;
  /** Bytes; `undefined` for streams and URLs, and for files that may not or cannot be read. */
  size: number | undefined;
}

/** The heaviest attachments of a message, three at most; those of unknown size come last. Reads no content. */
export async function heaviestParts(root: ComposedNode): Promise<WeighedPart[]> {
  const attached = leavesOf(root as TreeNode).filter((leaf) => leaf.attached);
  const weighed = await Promise.all(
    attached.map(async (leaf) => {
      const source = leaf.node._raw ? undefined : await sourceAtHand(leaf).catch(() => undefined);
      return { name: leaf.name, size: source?.size };
    }),
  );
  return weighed.sort((a, b) => (b.size ?? -1) - (a.size ?? -1)).slice(0, 3);
}

/** A sentence about them; `''` when there are none. */
export function heaviestSentence(parts: readonly WeighedPart[]): string {
  if (parts.length === 0) return '';
  return `The heaviest: ${parts.map(({ name, size }) => `${name} (${shownSize(size)})`).join(', ')}.`;
}

function shownSize(size: number | undefined): string {
  if (size === undefined) return 'size unknown';
  return size < 100_000 ? `${Math.ceil(size / 1000)} kB` : `${(size / 1_000_000).toFixed(1)} MB`;
}
