import type { CloudName } from '../../options/types.js';
import type { Feature } from '../common/features.js';

/** What the flags of `setup` become. */
export interface SetupFlags {
  mailbox?: string[];
  deniedMailbox?: string;
  group?: string;
  filter?: string;
  createMailbox?: boolean;
  name?: string;
  days?: string;
  certificate?: string;
  legacyPolicy?: boolean;
  cloud?: CloudName;
  tenantId?: string;
  clientId?: string;
  objectId?: string;
  out: string;
  sandbox?: string | true;
  /** What is asked for beside sending. */
  with?: Feature[];
  rotate?: boolean;
  yes?: boolean;
}
