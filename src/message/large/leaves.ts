import type { Readable } from 'node:stream';
import type { ComposedNode } from '../common/types.js';
import type { ContentSource } from './content-source.js';

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

/** An attachment that is sent apart from its message. */
export interface HeavyAttachment {
  name: string;
  /** With its parameters, but for the name. */
  contentType: string;
  /**
   * Whether it is shown within the text, and not among the attachments: only what the HTML can refer to is, as clients show
   * the others nowhere then.
   */
  inline: boolean;
  /** Without the angle brackets. */
  contentId: string | undefined;
  /** Bytes, decoded. */
  size: number;
  /**
   * Exactly `length` bytes from `position` on.
   * @throws GraphMailError `ESTREAM` when the content is not any more what it was when the message was composed
   */
  read(position: number, length: number): Promise<Buffer>;
}

/** A leaf as Graph is told of it. To be called before the leaf is taken out of its tree. */
export function heavyAttachment(leaf: Leaf, source: ContentSource): HeavyAttachment {
  const { node, parents, name } = leaf;
  const contentId = headerOf(node, 'Content-Id').trim().replace(/^<|>$/g, '') || undefined;
  const shown = /^\s*inline\b/i.test(headerOf(node, 'Content-Disposition'));
  const related = parents[0] !== undefined && typeOf(parents[0]) === 'multipart/related';
  return {
    name,
    contentType: withoutName(headerOf(node, 'Content-Type')) || 'application/octet-stream',
    inline: shown && related && contentId !== undefined,
    contentId,
    size: source.size,
    read: (position, length) => source.read(position, length),
  };
}

/** The name has its own place, where it cannot contradict this one. */
function withoutName(contentType: string): string {
  const [type = ''] = contentType.split(';', 1);
  const parameters = contentType.slice(type.length).matchAll(/;\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)/g);
  const kept = [...parameters].filter(([, name]) => !/^name(\*|$)/i.test(name ?? ''));
  return [type.trim().toLowerCase(), ...kept.map(([, name, value]) => `${name}=${value?.trim()}`)].join('; ');
}
