const SECRETS = new Set(['authtoken', 'access_token', 'client_secret', 'client_assertion', 'assertion', 'password']);

/** A request target without the secrets that may stand in its query, such as the authtoken of an upload URL. */
export function loggedPath(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target;
  const pairs = target
    .slice(mark + 1)
    .split('&')
    .map((pair) => {
      const [[name = ''] = []] = new URLSearchParams(pair);
      return SECRETS.has(name.toLowerCase()) ? `${name}=…` : pair;
    });
  return `${target.slice(0, mark)}?${pairs.join('&')}`;
}

/** The Message-ID that the `$filter` of a lookup asks for. */
export function lookedUpMessageId(query: URLSearchParams): string | undefined {
  const filter = query.get('$filter') ?? '';
  return /\binternetMessageId\s+eq\s+'((?:[^']|'')+)'/i.exec(filter)?.[1]?.replaceAll("''", "'");
}
