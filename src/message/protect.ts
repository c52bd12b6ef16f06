import type { MailerOptions } from '../settings.js';
import type { ComposedNode } from './compose.js';

/**
 * Sets on every part of a message what Nodemailer itself would have set, had it known the transport's options: the last
 * place where files and URLs can be refused before they are read.
 */
export function protectParts(node: ComposedNode, options: MailerOptions): void {
  if (options.disableFileAccess) node.disableFileAccess = true;
  if (options.disableUrlAccess) node.disableUrlAccess = true;
  if (options.normalizeHeaderKey && !node.normalizeHeaderKey) node.normalizeHeaderKey = options.normalizeHeaderKey;
  for (const child of node.childNodes ?? []) protectParts(child, options);
}
