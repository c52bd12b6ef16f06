import type { Readable } from 'node:stream';
import { abortError, onAbort } from '../../common/abort.js';
import { configError, GraphMailError, type GraphMailErrorCode } from '../../common/errors.js';
import { clearTimeout, isFake, setTimeout } from '../../common/timers.js';
import type { BufferPool } from '../common/buffer-pool.js';
import type { ComposedNode } from '../common/types.js';

export interface ComposeLimits {
  /** Bytes of MIME beyond which reading stops. */
  maxSize: number;
  /** Milliseconds for all of it: older majors never end when a content stream was destroyed. */
  timeout: number;
  signal?: AbortSignal | undefined;
  /** Where to write the message, if it is written here. */
  memory?: BufferPool | undefined;
}

/** Stands for "more than `maxSize`" without reading the rest of it. */
export const tooLarge = Symbol('too large');

export function readMime(node: ComposedNode, limits: ComposeLimits): Promise<Buffer | typeof tooLarge> {
  return new Promise((resolve, reject) => {
    const stream = startReading(node);
    const chunks: Buffer[] = [];
    let length = 0;
    let ended = false;
    const finish = () => {
      ended = true;
      clearTimeout(timer);
      release();
      // What was cut off may still report an error, which nothing waits for any more.
      stream.removeAllListeners('data').on('error', () => {});
      stream.destroy();
    };
    const fail = (error: GraphMailError) => {
      finish();
      reject(error);
    };
    const timer = setTimeout(() => {
      fail(
        notSent('ETIMEDOUT', `The message's content did not end within ${limits.timeout} ms.`, {
          hint: 'A stream given as content or attachment never ended. Check what feeds it.',
        }),
      );
    }, limits.timeout);
    const release = onAbort(limits.signal, () => fail(abortError(limits.signal)));
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= limits.maxSize) return;
      finish();
      resolve(tooLarge);
    });
    stream.once('error', (error) => fail(contentError(error)));
    stream.once('close', () => {
      if (!ended) fail(contentError(new Error('the content stream was closed before its end')));
    });
    stream.once('end', () => {
      ended = true;
      clearTimeout(timer);
      release();
      resolve(Buffer.concat(chunks, length));
    });
    if (limits.signal?.aborted) fail(abortError(limits.signal));
  });
}

function startReading(node: ComposedNode): Readable {
  checkNodemailersTimers();
  try {
    return node.createReadStream();
  } catch (error) {
    throw contentError(error);
  }
}

/**
 * Nodemailer's streams wait for the global `setImmediate`, which a test may have faked. What is in memory is composed without
 * them, as a rule.
 * @throws GraphMailError `ECONFIG`, where they would wait for ever
 */
export function checkNodemailersTimers(): void {
  if (!isFake(globalThis.setImmediate)) return;
  throw configError(
    'Nodemailer reads some content of this message as a stream and waits for setImmediate, which a test has faked.',
    "Leave that real, as in vi.useFakeTimers({ toFake: ['setTimeout', 'Date'] }) or jest.useFakeTimers({ doNotFake: ['setImmediate'] }).",
  );
}

/** What went wrong while content was read, in Nodemailer's codes. */
export function contentError(cause: unknown): GraphMailError {
  const { message } = cause as Error;
  const refused = accessCode(cause as NodeJS.ErrnoException);
  if (refused) return notSent(refused, message, { cause, permanent: true });
  return notSent('ESTREAM', `The message's content could not be read: ${message}`, {
    cause,
    hint: 'Check the file, URL or stream that is given as content or attachment.',
  });
}

/** Nodemailer 7 gives its refusals no code. */
function accessCode({ code, message }: NodeJS.ErrnoException): 'EFILEACCESS' | 'EURLACCESS' | undefined {
  if (code === 'EFILEACCESS' || code === 'EURLACCESS') return code;
  if (/^File access rejected/i.test(message)) return 'EFILEACCESS';
  return /^Url access rejected/i.test(message) ? 'EURLACCESS' : undefined;
}

function notSent(
  code: GraphMailErrorCode,
  message: string,
  fields: { cause?: unknown; hint?: string; permanent?: boolean },
) {
  return new GraphMailError(message, { code, command: 'API', ...fields });
}
