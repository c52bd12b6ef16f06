import { isUint8Array } from 'node:util/types';
import { type ComposeLimits, contentError } from '../compose/compose.js';
import { isStream } from '../compose/content-streams.js';
import { bytesSource, type ContentSource, fileSource } from './content-source.js';
import { maxUpload, uploadError } from './errors.js';
import { leafContent } from './leaf-content.js';
import { type Leaf, leavesOf, type TreeNode } from './leaves.js';
import type { Spool } from './spool.js';

/** A leaf whose content is at hand, as often as it is wanted. */
export interface Part extends Leaf {
  source: ContentSource;
}

/**
 * Content of known size, as it is in the message; `undefined` for streams, URLs, and whatever else only reading tells.
 * @throws GraphMailError `ESTREAM` or `EFILEACCESS`
 */
export async function sourceAtHand({ node, parents }: Leaf): Promise<ContentSource | undefined> {
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
