import { checkFields, type Kind, type Kinds, nearest } from '../checks/check-fields.js';
import * as is from '../checks/kinds.js';
import type { ApplicationOptions } from '../model/application.js';
import type { MailboxOptions } from '../model/mailbox.js';
import {
  type AccessPolicyOptions,
  APPLICATION_ROLES,
  type AssignmentOptions,
  GROUP_KINDS,
  type GroupOptions,
} from './access-rules.js';
import type { EwsOptions } from './ews-policy.js';

const texts = is.listOf(is.text, 'texts that are not empty');
const addresses = is.listOf(is.address, 'addresses');

const KNOWN_PERMISSIONS = [
  ...new Set<string>([...Object.values(APPLICATION_ROLES).flat(), 'ExchangeMessageTrace.Read.All']),
];

// Anything may be consented to, but a misspelt permission would be refused at Graph in words that do not tell.
const permission: Kind = {
  expected: 'a permission as Entra spells it',
  accepts: (value) => is.text.accepts(value) && [undefined, value].includes(nearestPermission(value as string)),
};

/** The known permission that is meant, maybe misspelt; `undefined` for one that is not known. */
export function nearestPermission(text: string): string | undefined {
  return nearest(text, KNOWN_PERMISSIONS);
}

const APPLICATION: Kinds<ApplicationOptions> = {
  // Elsewhere it stands for every application.
  clientId: {
    ...is.text,
    accepts: (value) => is.text.accepts(value) && value !== '*',
    expected: 'text that is not empty and not "*"',
  },
  displayName: is.text,
  certificates: texts,
  secrets: texts,
  roles: is.listOf(permission, 'application permissions as Entra spells them, such as "Mail.Send"'),
  disabled: is.flag,
  allowedMailboxes: addresses,
};

const MAILBOX: Kinds<MailboxOptions> = {
  address: is.address,
  id: is.text,
  displayName: is.text,
  kind: is.oneOf('user', 'shared', 'none'),
  hasMailbox: is.flag,
  accountEnabled: is.flag,
  licensed: is.flag,
  aliases: addresses,
  sendAs: addresses,
  sendOnBehalf: addresses,
};

const GROUP: Kinds<GroupOptions> = {
  address: is.address,
  kind: is.oneOf(...GROUP_KINDS),
  displayName: is.text,
  members: addresses,
};

const ACCESS_POLICY: Kinds<AccessPolicyOptions> = {
  name: is.text,
  app: is.text,
  group: is.address,
  right: is.oneOf('RestrictAccess', 'DenyAccess'),
};

const ASSIGNMENT: Kinds<AssignmentOptions> = {
  name: is.text,
  app: is.text,
  role: is.oneOf(...Object.keys(APPLICATION_ROLES)),
  scope: {
    expected: 'an object with group or mailboxes',
    accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
};

const SCOPE: Kinds<{ group: string; mailboxes: string[] }> = { group: is.address, mailboxes: addresses };

const EWS: Kinds<EwsOptions> = {
  applicationAccessPolicy: is.orOneOf(is.oneOf('EnforceAllowList', 'EnforceBlockList'), null),
  allowList: texts,
  blockList: texts,
};

// Each throws an Error that names the field, what was given and what is expected.

export function checkApplication(what: string, given: unknown): asserts given is ApplicationOptions {
  checkFields<ApplicationOptions>(what, given, APPLICATION, ['clientId']);
}

export function checkMailbox(what: string, given: unknown): asserts given is MailboxOptions {
  checkFields<MailboxOptions>(what, given, MAILBOX, ['address']);
  const { kind, hasMailbox, licensed } = given as MailboxOptions;
  if (kind !== undefined && hasMailbox !== undefined && hasMailbox !== (kind !== 'none')) {
    throw new Error(`${what}: "hasMailbox" is ${hasMailbox} with kind "${kind}", expected one of the two.`);
  }
  if (hasMailbox && licensed === false && kind !== 'shared') {
    throw new Error(`${what}: "hasMailbox" is true with licensed false, expected one of the two.`);
  }
}

export function checkGroup(what: string, given: unknown): asserts given is GroupOptions {
  checkFields<GroupOptions>(what, given, GROUP, ['address', 'kind', 'members']);
}

export function checkAccessPolicy(what: string, given: unknown): asserts given is AccessPolicyOptions {
  checkFields<AccessPolicyOptions>(what, given, ACCESS_POLICY, ['app', 'group', 'right']);
}

export function checkAssignment(what: string, given: unknown): asserts given is AssignmentOptions {
  checkFields<AssignmentOptions>(what, given, ASSIGNMENT, ['app', 'role']);
  const { scope } = given as { scope?: { group?: string; mailboxes?: string[] } };
  if (!scope) return;
  checkFields(`${what}: scope`, scope, SCOPE);
  if ((scope.group === undefined) === (scope.mailboxes === undefined)) {
    throw new Error(`${what}: "scope" has ${scope.group ? 'both' : 'neither'}, expected group or mailboxes.`);
  }
}

export function checkEws(what: string, given: unknown): asserts given is EwsOptions {
  checkFields<EwsOptions>(what, given, EWS);
}
