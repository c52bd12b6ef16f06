import { readClaims } from '../../auth/token-claims.js';
import type { GraphMailErrorCode } from '../../common/errors.js';
import { readGraphFault } from '../../graph/error-answer.js';
import type { HttpAnswer } from '../../graph/http.js';
import { NetworkFailure } from '../../graph/network-failure.js';
import type { Command } from './types.js';

/** What a refusal by Graph means for the sender, and what to do about it. */
export interface Refusal {
  code: GraphMailErrorCode;
  hint: string | undefined;
}

const checkMailbox =
  "Check the option 'mailbox': the primary address (or object id) of a mailbox in this tenant's Exchange Online. A distribution list has no mailbox.";
const smaller = 'Send smaller or fewer attachments, or links to them.';

/**
 * By `error.code`, which Graph documents as the thing to branch on. (facts size-5, error-1, error-8, error-10)
 * @internal
 */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  ErrorSendAsDenied: {
    code: 'EENVELOPE',
    hint: 'From must be the address of the mailbox that sends, or the mailbox needs the right Send As for it: take the address of the mailbox as From, or send from the mailbox of that address.',
  },
  ErrorInvalidUser: { code: 'EENVELOPE', hint: checkMailbox },
  MailboxNotEnabledForRESTAPI: {
    code: 'EENVELOPE',
    hint: 'This user has no Exchange Online mailbox (no licence, deleted, or on-premises). Use a user or shared mailbox that has one.',
  },
  ResourceNotFound: { code: 'EENVELOPE', hint: checkMailbox },
  Request_ResourceNotFound: { code: 'EENVELOPE', hint: checkMailbox },
  ErrorItemNotFound: { code: 'EENVELOPE', hint: checkMailbox },
  ErrorInvalidRecipients: { code: 'EENVELOPE', hint: 'Check that To, Cc and Bcc hold proper addresses.' },
  ErrorMessageSizeExceeded: {
    code: 'EMESSAGE',
    hint: `The mailbox's message size limit is smaller than this message. ${smaller}`,
  },
  ErrorQuotaExceeded: {
    code: 'EMESSAGE',
    hint: 'The sending mailbox is full: empty its Sent Items, or set a retention tag that does.',
  },
};

const forbidden =
  "The application may not send from this mailbox. Grant it 'Application Mail.Send' with a scope that holds the mailbox (RBAC for Applications in Exchange), or, for every mailbox of the tenant, Mail.Send with admin consent in Entra. Changes take up to two hours.";

const readWrite =
  "delivery: 'draft' and largeMessages: 'upload' need the permission Mail.ReadWrite besides Mail.Send: with admin consent in Entra, or as 'Application Mail.ReadWrite' in Exchange's RBAC for Applications, with the same scope. Changes take up to two hours.";

const mayRead =
  "To look into Sent Items (onUnknown: 'verify', settle()) needs the permission Mail.ReadBasic.All or Mail.Read: with admin consent in Entra, or as 'Application Mail.ReadBasic' in Exchange's RBAC for Applications, with the same scope. Changes take up to two hours.";

const mayReadInbox =
  "readInbox() needs the permission Mail.Read: with admin consent in Entra, or as 'Application Mail.Read' in Exchange's RBAC for Applications, with the same scope. Changes take up to two hours.";

/** What a request needs the application to be permitted, in words. */
function permissionFor(command: Command): string {
  if (command === 'sendMail' || command === 'sendDraft') return forbidden;
  if (command === 'listInbox' || command === 'getMime') return mayReadInbox;
  return command === 'findMessages' ? mayRead : readWrite;
}

const wrongToken =
  "Graph does not accept the token: check tenantId (or what 'credential' or 'getToken' gives: an application's token for this Graph, not yet ended), and the option cloud.";

const wrongHost =
  "Graph's sendMail does not answer this way: check the option cloud, and whether a proxy in between changes requests.";

const unreadable =
  'Graph cannot use the message as it is: check header fields, addresses and attachments, above all in a raw message; the response names what it objects to.';

const conflict =
  'The mailbox was being changed, moved or locked at that moment: try again later, and ask the Exchange administrator about the mailbox if it stays.';

const outOfScope =
  'The mailbox is outside of what the application may use: an application access policy or RBAC scope does not hold it, or a change has not taken effect yet (up to two hours). EWS allow and block lists by User-Agent answer the same way.';

const draftGone =
  'The draft was not there any more. Does somebody, or some rule or program, move or delete what lies in Drafts of this mailbox?';

const messageGone = 'The message was moved or deleted since the Inbox was listed: leave it out.';

/** The application of Microsoft's that message trace is read through (Graph documentation, "exchangeMessageTrace"). */
export const traceApplication = '8bd644d1-64a1-4d4b-ae52-2e0cbf64e373';

const traceHints = {
  notProvisioned: `The tenant has no service principal of Microsoft's message trace application. An administrator makes it, once: New-MgServicePrincipal -AppId ${traceApplication}. It takes effect within hours.`,
  notPermitted:
    "The application of the option 'trace' needs the permission ExchangeMessageTrace.Read.All, with admin consent in Entra. A service principal of message trace that was made a moment ago may take hours as well.",
  notTaken:
    'Graph does not take the period or the sender that was asked for: check the clock of this machine, and the addresses that are given as mailbox and from.',
  notThere:
    'This Graph has no message trace: it is in the worldwide cloud alone. Check the option cloud, and whether a proxy in between changes requests.',
};

function explainTraceRefusal(status: number, graphCode: string | undefined, message: string | undefined): Refusal {
  if (status === 401 && message?.includes(traceApplication)) return { code: 'EAUTH', hint: traceHints.notProvisioned };
  if (status === 403 || graphCode === 'NoPermissionsInAccessToken')
    return { code: 'EAUTH', hint: traceHints.notPermitted };
  if (status === 401) return { code: 'EAUTH', hint: wrongToken };
  if (status === 400) return { code: 'EGRAPH', hint: traceHints.notTaken };
  return { code: 'EGRAPH', hint: status === 404 || status === 405 ? traceHints.notThere : undefined };
}

/** What a refusal means; by status where the code says nothing. */
export function explainRefusal(
  status: number,
  graphCode: string | undefined,
  message: string | undefined,
  command: Command = 'sendMail',
): Refusal {
  if (command === 'listMessageTraces') return explainTraceRefusal(status, graphCode, message);
  if (graphCode === 'ErrorItemNotFound' && command === 'getMime') return { code: 'EGRAPH', hint: messageGone };
  if (graphCode === 'ErrorItemNotFound' && command !== 'sendMail') return { code: 'EGRAPH', hint: draftGone };
  const known = graphCode === undefined ? undefined : REFUSALS[graphCode];
  if (known) return known;
  if (status === 401) {
    const roles = graphCode === 'NoPermissionsInAccessToken';
    return {
      code: 'EAUTH',
      hint: roles ? permissionFor(command) : wrongToken,
    };
  }
  if (status === 403)
    return {
      code: 'EAUTH',
      hint: message?.startsWith('Access to OData is disabled') ? outOfScope : permissionFor(command),
    };
  if (status === 404) return { code: 'EENVELOPE', hint: checkMailbox };
  if (status === 413) return { code: 'EMESSAGE', hint: `Graph refused the size of the request. ${smaller}` };
  if (status === 400 || status === 411 || status === 415) return { code: 'EMESSAGE', hint: unreadable };
  if (status === 405) return { code: 'EGRAPH', hint: wrongHost };
  if (status === 409) return { code: 'EGRAPH', hint: conflict };
  return { code: 'EGRAPH', hint: undefined };
}

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
