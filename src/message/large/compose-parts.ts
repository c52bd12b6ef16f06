import { type ComposeLimits, composeMime, tooLarge } from '../compose/compose.js';
import { headerOf, type TreeNode } from './leaves.js';
import type { Part } from './parts.js';

/**
 * Composes a message of which `parts` are left, any number of times. Temporary files are given as streams, because they are
 * none of those that `disableFileAccess` means.
 */
export async function composeParts(
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
export function leastSize({ node, source: { size } }: Part): number {
  if (headerOf(node, 'Content-Transfer-Encoding').trim().toLowerCase() !== 'base64' || size === 0) return size;
  const encoded = Math.ceil(size / 3) * 4;
  return encoded + 2 * Math.floor((encoded - 1) / 76);
}
