/**
 * Whether a path is one that Graph understands and the sandbox does not: a key in parentheses, as `users('id')`, or an
 * action with its namespace, as `microsoft.graph.sendMail` (OData 4.01, URL Conventions).
 */
export function isOtherSpelling(segments: readonly string[]): boolean {
  const [, collection = '', ...rest] = segments;
  return /^users\(.*\)$/i.test(collection) || rest.some((segment) => /^microsoft\.graph\./i.test(segment));
}
