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
