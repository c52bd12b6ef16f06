import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileProblem, shownPath } from '../../options/shown-value.js';
import { BulkInputError } from '../common/errors.js';

/** Something that can be read from its beginning as often as need be. */
export type InputBytes = (signal?: AbortSignal) => AsyncIterable<Buffer>;

export function fileBytes(file: string): InputBytes {
  return async function* (signal) {
    try {
      // A pipe could be read only once, and might never end.
      if (!(await stat(file)).isFile()) throw new BulkInputError(`${shownPath(file)} is not a file`);
      for await (const chunk of createReadStream(file, { signal })) yield chunk;
    } catch (cause) {
      if (cause instanceof BulkInputError || signal?.aborted) throw cause;
      const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
      const message = isMissing
        ? `There is no file ${shownPath(file)}`
        : `${shownPath(file)} cannot be read: ${fileProblem(cause)}`;
      throw new BulkInputError(message);
    }
  };
}

const pieceLength = 64 * 1024;

export function textBytes(text: string): InputBytes {
  return async function* (signal) {
    const bytes = Buffer.from(text);
    for (let start = 0; start < bytes.length; start += pieceLength) {
      signal?.throwIfAborted();
      yield bytes.subarray(start, start + pieceLength);
    }
  };
}
