import { InvalidArgumentError } from '../../vendor/commander.js';

/** What `setup --with` asks the administrators for besides sending, and `doctor` checks. */
export const FEATURES = ['bounces', 'verify', 'drafts', 'trace'] as const;
export type Feature = (typeof FEATURES)[number];

/** What each is for and what it needs, in one line: for the wizard, the help and the documents. */
export const FEATURE_WORDS: Readonly<Record<Feature, string>> = {
  bounces: 'bulk bounces reads the Inbox of the mailboxes (Mail.Read)',
  verify: 'looks up unknown outcomes in Sent Items (Mail.ReadBasic)',
  drafts: 'delivery by draft, and large messages (Mail.ReadWrite)',
  trace: 'message trace, by a second application',
};

/** The variable of `.env` in which `setup` records what was asked for, so that `doctor` knows it. */
export const FEATURES_VARIABLE = 'GRAPH_MAIL_FEATURES';

/** The right to read mailboxes, under the names that the Entra and the Exchange administrator know. */
export interface ReadingRight {
  /** Application permission of Microsoft Graph. */
  permission: string;
  /** Its id, the same in every tenant. (fact auth-9) */
  id: string;
  /** Role of RBAC for Applications. */
  role: string;
}

const rights = {
  verify: {
    permission: 'Mail.ReadBasic.All',
    id: '693c5e45-0940-467d-9b8a-1022fb9d42ef',
    role: 'Application Mail.ReadBasic',
  },
  bounces: { permission: 'Mail.Read', id: '810c84a8-4a9e-49e6-bf7d-12d183f40d01', role: 'Application Mail.Read' },
  drafts: {
    permission: 'Mail.ReadWrite',
    id: 'e2a3a72e-5f79-4c64-b1b1-878b674786c9',
    role: 'Application Mail.ReadWrite',
  },
} satisfies Partial<Record<Feature, ReadingRight>>;

/** From the widest, which covers the others, to the narrowest. */
const byReach = ['drafts', 'bounces', 'verify'] as const;

/** The narrowest right that covers all of them besides sending; `undefined` where sending is enough. */
export function readingRight(features: readonly Feature[] = []): ReadingRight | undefined {
  const widest = byReach.find((feature) => features.includes(feature));
  return widest && rights[widest];
}

/** Permissions of Entra that are enough for a right: itself and those that cover it. */
export function enoughFor({ permission }: ReadingRight): readonly string[] {
  const permissions = byReach.map((feature) => rights[feature].permission);
  const enough = permissions.slice(0, permissions.indexOf(permission) + 1);
  return permission === rights.verify.permission ? [...enough, 'Mail.ReadBasic'] : enough;
}

/** `bounces,verify`, once or more. */
export function featuresFlag(text: string, before: readonly Feature[] = []): Feature[] {
  const { known, unknown } = readFeatures(text);
  // In a fixed order, so that the same features always give the same list.
  if (unknown === undefined && known.length > 0)
    return FEATURES.filter((one) => before.includes(one) || known.includes(one));
  throw new InvalidArgumentError(`Expected one or more of ${FEATURES.join(', ')}, with commas between them.`);
}

/** The words of a list with commas, and the first that is not a feature. */
export function readFeatures(text: string): { known: Feature[]; unknown: string | undefined } {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const isFeature = (word: string): word is Feature => (FEATURES as readonly string[]).includes(word);
  return { known: words.filter(isFeature), unknown: words.find((word) => !isFeature(word)) };
}
