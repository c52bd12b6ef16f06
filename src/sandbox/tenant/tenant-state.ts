import * as is from '../checks/kinds.js';
import type { AccessTokens } from '../entra/access-tokens.js';
import type { Tenant } from '../entra/requested-tenant.js';
import type { Application } from '../model/application.js';
import type { SandboxCloud } from '../model/cloud.js';
import { Delayed, DelayedMap } from '../model/delayed.js';
import { createMailbox, type Mailbox } from '../model/mailbox.js';
import type { AccessPolicy, AccessRules, AccessSettings, Assignment, Group } from './access-rules.js';
import { Directory } from './directory.js';
import { type EwsPolicy, NO_EWS_POLICY } from './ews-policy.js';

interface TenantIdentity extends AccessSettings {
  id: string;
  domain: string;
  cloud: SandboxCloud;
  /** Whether an address gets its mailbox when it is first used. */
  anyMailbox: boolean;
  tokens: Pick<AccessTokens, 'revoke'>;
  now: () => number;
}

/** Everything that is configured in the tenant. */
export class TenantState implements Tenant {
  readonly id: string;
  readonly domain: string;
  readonly cloud: SandboxCloud;
  readonly applications = new Map<string, Application>();
  readonly groups = new DelayedMap<Group>();
  readonly assignments = new DelayedMap<Assignment>();
  readonly accessPolicies = new DelayedMap<AccessPolicy>();
  readonly ews = new Delayed<EwsPolicy>(NO_EWS_POLICY);
  readonly messageTracePrincipal = new Delayed(false);
  readonly directory = new Directory((address) => this.groups.get(address));
  /** Milliseconds until a change of the rules takes effect. */
  propagationDelay = 0;
  readonly #settings: TenantIdentity;
  readonly #watchers = new Set<(byUse: boolean) => void>();

  constructor(settings: TenantIdentity) {
    this.#settings = settings;
    this.id = settings.id;
    this.domain = settings.domain;
    this.cloud = settings.cloud;
  }

  get now(): number {
    return this.#settings.now();
  }

  /** Revokes every token issued so far, or those of one application. */
  revokeTokens(clientId?: string): void {
    this.#settings.tokens.revoke(clientId);
  }

  /** What is in effect for an application now. */
  rulesFor({ clientId, allowedMailboxes }: Application): AccessRules {
    const { now } = this;
    const assignments = this.assignments.listAt(now).filter(({ app }) => app === clientId);
    const policies = this.accessPolicies.listAt(now).filter(({ app }) => app === clientId || app === '*');
    const mailboxes = allowedMailboxes.at(now);
    if (mailboxes) {
      const own = { name: 'allowedMailboxes', app: clientId, scope: { mailboxes } };
      assignments.push({ ...own, role: 'Application Mail Full Access' });
      policies.push({ ...own, right: 'RestrictAccess' });
    }
    const group = (address: string): Group | undefined => this.groups.getAt(address, now);
    return { assignments, policies, ews: this.ews.at(now), group, settings: this.#settings };
  }

  /** Whose a name is already, in words; undefined when it is free. `except` may have it. */
  ownerOf(name: string, except?: object): string | undefined {
    const mailbox = this.directory.find(name) ?? this.directory.recipient(name);
    if (mailbox && mailbox !== except) return `mailbox ${mailbox.address}`;
    const group = this.groups.get(name);
    return group && group !== except ? `group ${group.address}` : undefined;
  }

  /** The mailbox of that address or object id; with `anyMailbox`, an address that is free gets one. */
  mailboxFor(user: string): Mailbox | undefined {
    const known = this.directory.find(user);
    if (known || !this.#settings.anyMailbox || !is.address.accepts(user) || this.ownerOf(user)) return known;
    const mailbox = { ...createMailbox(user), byUse: true };
    this.directory.add(mailbox);
    this.changed(true);
    return mailbox;
  }

  /** Calls back after every change, with whether nothing but a mailbox came into being by its use; returns what ends that. */
  watch(watcher: (byUse: boolean) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  changed(byUse = false): void {
    for (const watcher of this.#watchers) watcher(byUse);
  }
}
