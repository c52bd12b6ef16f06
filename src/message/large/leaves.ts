import type { Readable } from 'node:stream';
import type { ComposedNode } from '../common/types.js';

/** The part of Nodemailer's MimeNode that taking a message apart needs, in all its versions. */
export interface TreeNode extends ComposedNode {
  childNodes?: TreeNode[];
  filename?: string;
  getHeader(key: string): unknown;
  setHeader(key: string, value: string): unknown;
  setContent(content: unknown): unknown;
  remove(): unknown;
  createReadStream(options?: { lineLength?: number | false }): Readable;
  /** What `setRaw()`, `transform()` and `processFunc()` were given: no version says it publicly. */
  _raw?: unknown;
  _transforms?: unknown[];
  _processFuncs?: unknown[];
}

/** A node without children, and what it is in its message. */
export interface Leaf {
  node: TreeNode;
  /** From the parent up to the root. */
  parents: TreeNode[];
  /** Whether it is an attachment or an inline image, and not one of the message's texts. */
  attached: boolean;
  name: string;
  /** Lower case, without parameters. */
  type: string;
}

/** All leaves of a message, in the order in which they stand in it. */
export function leavesOf(root: TreeNode): Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (node: TreeNode, parents: TreeNode[]) => {
    for (const child of node.childNodes ?? []) walk(child, [node, ...parents]);
    if (node.childNodes?.length) return;
    const type = typeOf(node);
    const attached = isAttached(node, type, parents[0]);
    leaves.push({
      node,
      parents,
      attached,
      name: nameOf(node, leaves.filter((leaf) => leaf.attached).length + 1),
      type,
    });
  };
  walk(root, []);
  return leaves;
}

/** The media type of a node, in lower case and without parameters; `''` when it says none. */
export function typeOf(node: TreeNode): string {
  return headerOf(node, 'Content-Type').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** The first header of that name as text; Nodemailer also takes objects that hold it. */
export function headerOf(node: TreeNode, name: string): string {
  const value = node.getHeader(name);
  const text = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
  return String(text || '');
}

function isAttached(node: TreeNode, type: string, parent: TreeNode | undefined): boolean {
  if (!parent && node._raw) return false;
  const within = parent ? typeOf(parent) : '';
  if (within === 'multipart/alternative') return false;
  if (within === 'multipart/related' && parent?.childNodes?.[0] === node && type.startsWith('text/')) return false;
  if (headerOf(node, 'Content-Disposition')) return true;
  if (type === 'text/calendar') return false;
  return Boolean(node.filename) || headerOf(node, 'Content-Id') !== '' || !/^(text\/|$)/.test(type);
}

function nameOf(node: TreeNode, number: number): string {
  const name = (node.filename ? String(node.filename) : '').replace(/\p{Cc}+/gu, ' ').trim();
  // Nodemailer names bytes without a name 'attachment-1.*', which no file system takes.
  return name.replace(/\.\*$/, '.bin') || `attachment-${number}`;
}
