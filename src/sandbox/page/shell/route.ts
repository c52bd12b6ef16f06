/** The part of the address after `#`: `#/section/part/part?name=value`. */
export interface Route {
  section: string;
  parts: string[];
  query: URLSearchParams;
}

export function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const [section = '', ...parts] = path.split('/').map(decoded);
  return { section, parts: parts.filter((part) => part !== ''), query: new URLSearchParams(query) };
}

export function linkTo(section: string, parts: string[] = [], query: Record<string, string> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
  return `#/${[section, ...parts].map(encodeURIComponent).join('/')}${search}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
