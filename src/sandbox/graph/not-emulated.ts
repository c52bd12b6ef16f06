// Behind /v1.0/users/{user}: what Graph has for mail and its neighbours (Graph documentation), and the sandbox has not.
const OF_USER = [
  'messages/*/(?:move|copy|reply|replyall|forward|createreply|createreplyall|createforward|permanentdelete|unsubscribe)',
  'messages/*/(?:extensions|singlevalueextendedproperties|multivalueextendedproperties|mentions)(?:/.*)?',
  'messages/delta(?:\\(.*\\))?',
  'mailfolders/delta',
  'mailfolders/*/(?:childfolders|messagerules|move|copy|permanentdelete|userconfigurations)(?:/.*)?',
  'mailfolders/*/messages/.+',
  '(?:inferenceclassification|outlook|mailboxsettings|events|calendar|calendars|calendarview|contacts|todo)(?:/.*)?',
  '(?:getmailtips|translateexchangeids)',
];

const PATTERN = new RegExp(`^(?:${OF_USER.map((path) => path.replaceAll('*/', '[^/]+/')).join('|')})$`, 'i');

const BATCH =
  'The sandbox does not emulate JSON batching: how a MIME message is encoded inside a batch is not documented. Send each request by itself.';

/** Why a path that Graph knows is not answered as Graph would; undefined for a path that Graph does not know either. */
export function notEmulated(segments: readonly string[]): string | undefined {
  const [version = '', first = '', , ...rest] = segments;
  if (version.toLowerCase() === 'beta') return 'The sandbox emulates version v1.0 of Microsoft Graph alone, not beta.';
  if (version.toLowerCase() !== 'v1.0') return undefined;
  if (first.toLowerCase() === '$batch' && segments.length === 2) return BATCH;
  if (first.toLowerCase() !== 'users' || !PATTERN.test(rest.join('/'))) return undefined;
  return `The sandbox does not emulate /users/{id}/${rest.map((name, at) => (at === 1 ? '{id}' : name)).join('/')}.`;
}

/**
 * What to write instead of a spelling that Graph understands and the sandbox does not: a key in parentheses, as
 * `users('id')`, or an action with its namespace, as `microsoft.graph.sendMail` (OData 4.01, URL Conventions). Undefined
 * for any other path.
 */
export function otherSpelling(segments: readonly string[]): string | undefined {
  const isOther = segments.some((segment) => KEY_IN_PARENTHESES.test(segment) || /^microsoft\.graph\./i.test(segment));
  if (!isOther) return undefined;
  return segments.some((segment) => /^(?:messages|mailFolders)\b/i.test(segment))
    ? '/v1.0/users/{id}/messages/{id}, with every key and action a segment of its own'
    : '/v1.0/users/{id}/sendMail';
}

const KEY_IN_PARENTHESES = /^(?:users|mailFolders|messages|attachments)\(.*\)$/i;
