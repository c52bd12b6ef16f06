/** Messages on one page. */
const atOnce = 100;

/** The query for all that has come since, oldest first. What is sorted by must be filtered by first ("List messages"). */
export function inboxQuery(since: Date): string {
  const filter = encodeURIComponent(`receivedDateTime ge ${since.toISOString().replace(/\.\d+/, '')}`);
  return `?$filter=${filter}&$orderby=receivedDateTime&$select=id,subject,receivedDateTime&$top=${atOnce}`;
}

/**
 * The query of the next page, where `link` (an `@odata.nextLink`) leads to the list itself; `undefined` for any other place:
 * the token must not go there.
 */
export function nextQuery(link: string, list: { host: string; path: string }): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { protocol, host, pathname, search } = new URL(link);
  return protocol === 'https:' && host === list.host && plain(pathname) === plain(list.path) ? search : undefined;
}

/** One spelling for all spellings of a path that Graph takes for the same. */
function plain(path: string): string {
  try {
    return decodeURIComponent(path).toLowerCase();
  } catch {
    return path;
  }
}
