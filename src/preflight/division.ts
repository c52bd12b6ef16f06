import type { GraphMailError } from '../common/errors.js';
import { tooMuchLeft } from '../message/large/divide.js';
import { indivisibleError, refusalOfUpload } from '../message/large/errors.js';
import { indivisibleAttachment, indivisibleMessage } from '../message/large/indivisible.js';
import { type Leaf, leavesOf, type TreeNode } from '../message/large/leaves.js';
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
    const refusal = refusalOfUpload(uploaded.map(({ leaf, size }) => ({ name: leaf.name, size })));
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
