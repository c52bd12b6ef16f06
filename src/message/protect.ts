import { GraphMailError } from '../errors.js';
import type { MailerOptions } from '../options.js';
import type { ComposedNode } from './compose.js';

/** What a message itself may say about access to files and URLs. */
interface AccessFlags {
  disableFileAccess?: unknown;
  disableUrlAccess?: unknown;
}

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

/**
 * Nodemailer 7 and 8 read the file or URL of a raw message whatever is disabled, so it is refused here.
 * @throws GraphMailError `EFILEACCESS` or `EURLACCESS`
 */
export function refuseRawAccess(raw: unknown, message: AccessFlags, options: MailerOptions): void {
  if (typeof raw !== 'object' || raw === null) return;
  const { path, href } = raw as { path?: unknown; href?: unknown };
  if (typeof href === 'string' && (options.disableUrlAccess || message.disableUrlAccess)) {
    throw refused('EURLACCESS', 'URL', href);
  }
  if (typeof path === 'string' && (options.disableFileAccess || message.disableFileAccess)) {
    throw refused('EFILEACCESS', 'File', path);
  }
}

function refused(code: 'EFILEACCESS' | 'EURLACCESS', what: string, place: string): GraphMailError {
  return new GraphMailError(`${what} access is disabled, and the message's raw names ${place}.`, {
    code,
    permanent: true,
    command: 'API',
  });
}
