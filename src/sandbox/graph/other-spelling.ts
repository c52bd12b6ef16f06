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
