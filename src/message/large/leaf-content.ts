import { abortError, onAbort } from '../../common/abort.js';
import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { clearTimeout, setTimeout } from '../../common/timers.js';
import { type ComposeLimits, contentError } from '../compose/compose.js';
import { isStream } from '../compose/content-streams.js';
import { checkNodemailersTimers } from '../nodemailer-timers.js';
import { headerOf, type TreeNode } from './leaves.js';

const encoding = 'Content-Transfer-Encoding';

/**
 * The bytes of a leaf, as Nodemailer itself reads them, so that its rules on files and URLs hold. In base64, the one
 * encoding that gives back every byte as it was; the leaf's own encoding is as before afterwards. `timeout` is for each wait
 * and not for all of it, because what is large takes its time.
 * @throws GraphMailError `ESTREAM`, `ETIMEDOUT`, `EABORT`, `EFILEACCESS` or `EURLACCESS`
 */
export async function* leafContent(
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
