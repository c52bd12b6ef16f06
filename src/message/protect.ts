import type { MailerOptions } from '../options/settings.js';
import type { ComposedNode } from './compose/compose.js';

type NormalizeHeaderKey = NonNullable<ComposedNode['normalizeHeaderKey']>;

/**
 * Sets on every part of a message what Nodemailer itself would have set, had it known the transport's options: the last
 * place where files and URLs can be refused before they are read.
 */
export function protectParts(node: ComposedNode, options: MailerOptions): void {
  if (options.disableFileAccess) node.disableFileAccess = true;
  if (options.disableUrlAccess) node.disableUrlAccess = true;
  const normalize = node.normalizeHeaderKey || options.normalizeHeaderKey;
  if (typeof normalize === 'function') node.normalizeHeaderKey = harmless(node, normalize);
  for (const child of node.childNodes ?? []) protectParts(child, options);
}

/**
 * The user's function for names of header fields. Nodemailer calls it where nobody can catch what it throws, so the node's
 * content becomes the error; and its versions 7 and 8 write line breaks that it gives.
 */
function harmless(node: ComposedNode, normalize: NormalizeHeaderKey): NormalizeHeaderKey {
  return (...field) => {
    try {
      const name: unknown = normalize(...field);
      return typeof name === 'string' ? name.replace(/\p{Cc}+/gu, '') : '';
    } catch (error) {
      node.content = error instanceof Error ? error : new Error(String(error));
      return '';
    }
  };
}
