import type { AccessPolicy } from './access-policy.js';
import type { Assignment } from './assignment.js';
import type { EwsPolicy } from './ews-policy.js';
import type { Group } from './group.js';
import type { DenialText } from './mailbox-access-denials.js';

/** How denials look where reports differ. */
export interface AccessSettings {
  denialText: DenialText;
  noPermissionsStatus: 401 | 403;
  /** Whether an Entra role alone does not do. */
  requireAssignment: boolean;
}

/** What is in effect for one application. */
export interface AccessRules {
  assignments: readonly Assignment[];
  policies: readonly AccessPolicy[];
  ews: EwsPolicy;
  group: (address: string) => Group | undefined;
  settings: AccessSettings;
}
