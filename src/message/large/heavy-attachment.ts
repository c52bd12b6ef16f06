import type { ContentSource } from './content-source.js';
import { headerOf, type Leaf, typeOf } from './leaves.js';

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

/** The name has a field of its own, where it cannot contradict this one. */
function withoutName(contentType: string): string {
  const [type = ''] = contentType.split(';', 1);
  const parameters = contentType.slice(type.length).matchAll(/;\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)/g);
  const kept = [...parameters].filter(([, name]) => !/^name(\*|$)/i.test(name ?? ''));
  return [type.trim().toLowerCase(), ...kept.map(([, name, value]) => `${name}=${value?.trim()}`)].join('; ');
}
