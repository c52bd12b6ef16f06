/**
 * Which programs may use Exchange Web Services and REST, told apart by their `User-Agent` (Set-OrganizationConfig,
 * -EwsApplicationAccessPolicy). In the lists `*` stands for any text; letter case does not matter. (fact error-6)
 */
export interface EwsOptions {
  /** Default: neither list counts. */
  applicationAccessPolicy?: 'EnforceAllowList' | 'EnforceBlockList' | null;
  /** The only ones that may, with `EnforceAllowList`. Default: none. */
  allowList?: string[];
  /** Those that may not, with `EnforceBlockList`. Default: none. */
  blockList?: string[];
}

export type EwsPolicy = Required<EwsOptions>;

export const NO_EWS_POLICY: EwsPolicy = { applicationAccessPolicy: null, allowList: [], blockList: [] };

/** Why a program is kept out, or undefined when it may come in. */
export function ewsObjection(policy: EwsPolicy, userAgent: string): string | undefined {
  const { applicationAccessPolicy, allowList, blockList } = policy;
  if (applicationAccessPolicy === 'EnforceAllowList') {
    if (allowList.some((pattern) => matches(pattern, userAgent))) return undefined;
    return `User-Agent "${userAgent}" is not in the EWS allow list`;
  }
  const blocking =
    applicationAccessPolicy === 'EnforceBlockList' && blockList.find((pattern) => matches(pattern, userAgent));
  return blocking ? `User-Agent "${userAgent}" is in the EWS block list as "${blocking}"` : undefined;
}

/** Piece by piece: a regular expression of many wildcards could take for ever. */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const lower = text.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return lower === first;
  if (!lower.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = lower.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return lower.length - last.length >= at && lower.endsWith(last);
}
