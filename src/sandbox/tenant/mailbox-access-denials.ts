import { denial } from '../http/graph-errors.js';

export const noPermissions = (status: 401 | 403) =>
  denial(
    status,
    'NoPermissionsInAccessToken',
    'The token contains no permissions, or permissions can not be understood.',
  );

export const accessDenied = denial(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');

export const userInvalid = (user: string) =>
  denial(404, 'ErrorInvalidUser', `The requested user '${user}' is invalid.`);

export const noMailbox = denial(
  404,
  'MailboxNotEnabledForRESTAPI',
  'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
);

/** `'raop'`: as Exchange Online is seen to answer today; `'short'`: as its documentation has it. (fact error-5) */
export type DenialText = 'raop' | 'short';

/** The answer for a mailbox outside the application's scope, and for a program that the EWS lists keep out. */
export const odataDisabled = (text: DenialText) =>
  denial(
    403,
    'ErrorAccessDenied',
    text === 'short'
      ? 'Access to OData is disabled.'
      : 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.',
  );
