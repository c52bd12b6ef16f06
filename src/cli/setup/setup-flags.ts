import type { CloudName } from '../../option-types.js';

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
  /** A second application, which may search message trace. */
  with?: 'trace';
  rotate?: boolean;
  yes?: boolean;
}

/** What a question can answer instead of a flag. */
export type Asked = Pick<
  SetupFlags,
  'mailbox' | 'deniedMailbox' | 'group' | 'createMailbox' | 'name' | 'days' | 'legacyPolicy'
>;
