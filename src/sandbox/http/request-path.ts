export interface RequestPath {
  /** Percent-decoded, without empty ones. */
  segments: string[];
  query: URLSearchParams;
  /** The first segment whose percent-encoding is broken; the request can then only be refused. */
  malformed?: string;
}

/** Takes a request target apart without `new URL`, which throws on rubbish and normalises what should be seen as sent. */
export function parseRequestPath(target: string): RequestPath {
  const mark = target.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  const segments: string[] = [];
  for (const raw of (mark < 0 ? target : target.slice(0, mark)).split('/')) {
    if (raw === '') continue;
    try {
      segments.push(raw.includes('%') ? decodeURIComponent(raw) : raw);
    } catch {
      return { segments, query, malformed: raw };
    }
  }
  return { segments, query };
}
