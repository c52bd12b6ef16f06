/** A group of the tenant that has an address. */
export interface GroupOptions {
  address: string;
  /** Only a mail-enabled security group can be the scope of an application access policy. */
  kind: 'mail-enabled-security' | 'distribution';
  /** Default: the address. */
  displayName?: string;
  /**
   * Addresses of mailboxes and of further groups. Mail to the group reaches the members of its groups as well; rules count
   * the direct members alone.
   */
  members: string[];
}

export type Group = Required<GroupOptions>;

export const GROUP_KINDS = ['mail-enabled-security', 'distribution'] as const;
