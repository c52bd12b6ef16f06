import { type ComposeLimits, tooLarge } from './compose.js';
import { composeParts } from './compose-parts.js';
import { withEmptyBody } from './empty-body.js';
import { type HeavyAttachment, heavyAttachment } from './heavy-attachment.js';
import { indivisibleAttachment } from './indivisible.js';
import { indivisibleError, maxUpload, restError, uploadError } from './large-errors.js';
import type { TreeNode } from './leaves.js';
import type { Part } from './part.js';
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
    if (!next) throw tooMuchLeft(left, limits.maxSize);
    heavy.set(next, heavyAttachment(next, next.source));
    refuseUpload([...heavy.values()]);
    takeOut(next);
  }
}

function refuseUpload(heavy: readonly HeavyAttachment[]): void {
  const tooHeavy = heavy.find(({ size }) => size > maxUpload);
  if (tooHeavy) throw uploadError(`The attachment ${tooHeavy.name} has ${tooHeavy.size.toLocaleString('en')} bytes,`);
  const sum = heavy.reduce((bytes, { size }) => bytes + size, 0);
  if (sum > maxUpload) throw uploadError('The attachments have together');
}

function tooMuchLeft(left: readonly Part[], limit: number): Error {
  const [heaviest] = left.toSorted((a, b) => b.source.size - a.source.size);
  const stuck = heaviest?.attached ? indivisibleAttachment(heaviest) : undefined;
  return stuck ? indivisibleError(stuck) : restError(limit);
}
