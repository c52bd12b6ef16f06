import { FEATURE_WORDS, type Feature, readingRight } from '../../common/features.js';
import type { Answers } from './answers.js';

/** The application id of Microsoft Graph, the same in every tenant. */
export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';

/** The application permission Mail.Send of Microsoft Graph. (fact auth-9) */
export const MAIL_SEND_ROLE_ID = 'b633e1c5-b582-4048-a93e-9f11b44c7e96';

type Asked = Pick<Answers, 'features'>;

/** The roles that Exchange assigns with RBAC for Applications: to send, and one more at most. */
export function rolesOf({ features }: Asked): string[] {
  const reading = readingRight(features);
  return ['Application Mail.Send', ...(reading ? [reading.role] : [])];
}

/** The permissions that Entra grants with an access policy, with their ids. */
export function permissionsOf({ features }: Asked): { name: string; id: string }[] {
  const reading = readingRight(features);
  return [
    { name: 'Mail.Send', id: MAIL_SEND_ROLE_ID },
    ...(reading ? [{ name: reading.permission, id: reading.id }] : []),
  ];
}

/** `Mail.Send and Mail.Read`. */
export function permissionNames(asked: Asked): string {
  return permissionsOf(asked)
    .map(({ name }) => name)
    .join(' and ');
}

/** What the application that sends is to do besides, a line for each; message trace is another application's. */
export function featureLines({ features = [] }: Asked): string[] {
  return features
    .filter((feature: Feature) => feature !== 'trace')
    .map((feature) => `\`${feature}\`: ${FEATURE_WORDS[feature]}`);
}
