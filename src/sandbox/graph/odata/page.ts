import type { Call } from '../../http/call.js';
import type { Query } from './query-options.js';

/** One page of a list: `value` is what `found` has there, as Graph writes it. */
export function page<T>(
  found: readonly T[],
  query: Query,
  call: Call,
): { entries: T[]; around: (context: string, value: unknown[]) => object } {
  const { top, skip, count } = query;
  return {
    entries: found.slice(skip, skip + top),
    around: (context, value) => ({
      '@odata.context': context,
      ...(count && { '@odata.count': found.length }),
      value,
      ...(found.length > skip + top && { '@odata.nextLink': nextLink(call, skip + top) }),
    }),
  };
}

function nextLink({ path, origin }: Call, skip: number): string {
  const next = new URLSearchParams(path.query);
  next.set('$skip', String(skip));
  return `${origin}/${path.segments.map(encodeURIComponent).join('/')}?${next}`;
}
