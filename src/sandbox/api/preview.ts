import { contentOf, type MimePart, textOf } from '../mail/mime-tree.js';
import { textOfHtml } from '../mail/text-of-html.js';

const LENGTH = 160;
// HTML has its words behind a head and styles.
const READ = { 'text/plain': 4096, 'text/html': 65_536 } as const;

/** The first words of a message, in one line; as much of it is decoded as that takes. */
export function previewOf(message: MimePart): string {
  const plain = wordsOf(message, 'text/plain');
  return plain === '' ? wordsOf(message, 'text/html') : plain;
}

function wordsOf(message: MimePart, type: keyof typeof READ): string {
  const part = findText(message, type);
  if (!part) return '';
  const bytes = contentOf({ ...part, body: part.body.subarray(0, READ[type]) });
  const text = textOf(bytes, part.charset ?? 'utf-8').replace(/\uFFFD+$/, '');
  return (
    (type === 'text/html' ? textOfHtml(text) : text)
      .slice(0, 20 * LENGTH)
      // Invisible characters: newsletters fill their first line with them.
      .replace(/(?!\s|\u200D)\p{C}|\u034F/gu, '')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, LENGTH)
      .replace(/[\uD800-\uDBFF]$/, '')
  );
}

function findText(part: MimePart, type: string): MimePart | undefined {
  if (part.contentType === type && part.disposition !== 'attachment') return part;
  if (part.contentType === 'message/rfc822') return undefined;
  for (const child of part.children) {
    const found = findText(child, type);
    if (found) return found;
  }
  return undefined;
}
