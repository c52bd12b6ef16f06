import type { GraphMailError } from '../../common/errors.js';
import { type ComposeLimits, tooLarge } from '../compose/compose.js';
import { composeParts } from './compose-parts.js';
import { withEmptyBody } from './empty-body.js';
import { indivisibleError, refusalOfUpload, restError } from './errors.js';
import { type HeavyAttachment, heavyAttachment } from './heavy-attachment.js';
import { indivisibleAttachment } from './indivisible.js';
import type { Leaf, TreeNode } from './leaves.js';
import type { Part } from './parts.js';
import { takeOut } from './take-out.js';

/**
 * Takes the largest attachments out of a message, one by one, until the rest fits into a request.
 * @param fits whether composed bytes, once completed, fit as well
 * @throws GraphMailError `EMESSAGE`; what composing throws
 */
export async function divide(
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
    takeOut(next);
  }
}

/** Why what is left does not fit: what could not be taken out, where that is what weighs most. */
export function tooMuchLeft(heaviest: Leaf | undefined, limit: number): GraphMailError {
  const stuck = heaviest?.attached ? indivisibleAttachment(heaviest) : undefined;
  return stuck ? indivisibleError(stuck) : restError(limit);
}
