import type { Call } from '../../http/call.js';
import type { Item } from '../../model/item.js';

/**
 * Whether a request asks for ids that stay (Graph documentation, "Obtain immutable identifiers for Outlook resources").
 * (fact draft-6)
 */
export function wantsImmutableIds({ headers }: Call): boolean {
  return typeof headers.prefer === 'string' && /\bIdType\s*=\s*"?ImmutableId"?/i.test(headers.prefer);
}

/** The header that confirms it. */
export const preferenceApplied = { 'preference-applied': 'IdType="ImmutableId"' };

/** The id under which a request is to know the item. */
export function idFor(call: Call, item: Item): string {
  return wantsImmutableIds(call) ? item.immutableId : item.id;
}
