import type { ComposedNode } from '../compose/compose.js';
import { leavesOf, type TreeNode } from './leaves.js';
import { sourceAtHand } from './parts.js';

/** An attachment and what it weighs, for those who must find out why their message is too large. */
export interface WeighedPart {
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
