import { readClaims } from '../../auth/token-claims.js';
import { readGraphFault } from '../../graph/error-answer.js';
import type { HttpAnswer } from '../../graph/http.js';
import { NetworkFailure } from '../../graph/network-failure.js';
import { REFUSALS } from './error-hints.js';
import type { Command } from './operation.js';

const anyRead = ['Mail.ReadBasic', 'Mail.ReadBasic.All', 'Mail.Read', 'Mail.ReadWrite'];

/** The application permissions of which one permits a request (Graph documentation, "Permissions" of each request); none where no token goes. */
const permitting: Record<Command, readonly string[]> = {
  sendMail: ['Mail.Send'],
  sendDraft: ['Mail.Send'],
  createDraft: ['Mail.ReadWrite'],
  deleteDraft: ['Mail.ReadWrite'],
  addAttachment: ['Mail.ReadWrite'],
  createUploadSession: ['Mail.ReadWrite'],
  uploadChunk: [],
  uploadStatus: [],
  findMessages: anyRead,
  getMessage: anyRead,
  listInbox: ['Mail.Read', 'Mail.ReadWrite'],
  getMime: ['Mail.Read', 'Mail.ReadWrite'],
  listMessageTraces: ['ExchangeMessageTrace.Read.All'],
};

/**
 * The role whose absence from the token may be why Graph refused a request: a token from before a grant does not have it. A
 * token that cannot be read is left alone, unless Graph itself says that it has no permissions.
 */
export function missingRole(result: HttpAnswer | NetworkFailure, command: Command, token: string): string | undefined {
  if (result instanceof NetworkFailure || (result.status !== 401 && result.status !== 403)) return undefined;
  const [role] = permitting[command];
  const { code } = readGraphFault(result);
  if (code === 'NoPermissionsInAccessToken') return role;
  // With 403, some codes speak of the sender or the mailbox, and not of the application.
  if (result.status === 401 || (code !== undefined && code in REFUSALS)) return undefined;
  const roles = readClaims(token)?.roles;
  return roles && !permitting[command].some((one) => roles.includes(one)) ? role : undefined;
}
