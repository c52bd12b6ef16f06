import type { GraphMailError } from '../errors.js';
import { indivisibleAttachment, indivisibleMessage } from '../message/indivisible.js';
import { indivisibleError, maxUpload, restError, uploadError } from '../message/large-errors.js';
import { type Leaf, leavesOf, type TreeNode } from '../message/leaves.js';
import type { MailView } from './mail-view.js';
import type { MeasuredPart, MessageSize } from './message-size.js';

/** What the transport would take out of a message that is too large, or its refusal of it. */
export type Division = { uploaded: MeasuredPart[] } | { refusal: GraphMailError };

type Part = MeasuredPart & { leaf: Leaf };

/**
 * Takes the largest attachments out of a message, as the transport does, but in numbers alone: the message is not touched.
 * Parts of unknown size are left out of account: they can only add to what does not fit.
 */
export function divisionOf({ mail, node }: MailView, size: MessageSize, maxMime: number): Division {
  const root = node as unknown as TreeNode;
  // Not the transporter that sends it today: its own DKIM does not come along.
  const whole = indivisibleMessage({ data: mail.data, message: root }, { mailer: {} });
  if (whole) return { refusal: indivisibleError(whole) };
  const parts = knownParts(root, size.parts);
  const movable = parts.filter(({ leaf, size }) => leaf.attached && size > 0 && !indivisibleAttachment(leaf));
  const uploaded: Part[] = [];
  for (let left = size.mime; left > maxMime; ) {
    const next = movable[uploaded.length];
    if (!next) return { refusal: tooMuchLeft(parts.find((part) => !uploaded.includes(part))?.leaf, maxMime) };
    uploaded.push(next);
    left -= next.mime;
    const refusal = tooMuchUploaded(uploaded);
    if (refusal) return { refusal };
  }
  return { uploaded };
}

/** The largest first. */
function knownParts(root: TreeNode, measured: readonly MeasuredPart[]): Part[] {
  const byNode = new Map(measured.map((part) => [part.node as unknown, part]));
  return leavesOf(root)
    .flatMap((leaf) => {
      const part = byNode.get(leaf.node);
      return part ? { ...part, leaf } : [];
    })
    .sort((a, b) => b.size - a.size);
}

function tooMuchUploaded(parts: readonly Part[]): GraphMailError | undefined {
  const tooHeavy = parts.find(({ size }) => size > maxUpload);
  if (tooHeavy)
    return uploadError(`The attachment ${tooHeavy.leaf.name} has ${tooHeavy.size.toLocaleString('en')} bytes,`);
  const sum = parts.reduce((bytes, { size }) => bytes + size, 0);
  return sum > maxUpload ? uploadError('The attachments have together') : undefined;
}

function tooMuchLeft(heaviest: Leaf | undefined, maxMime: number): GraphMailError {
  const stuck = heaviest?.attached ? indivisibleAttachment(heaviest) : undefined;
  return stuck ? indivisibleError(stuck) : restError(maxMime);
}
