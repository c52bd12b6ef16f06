import type { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { CertificateInfo, CertificateSource } from '../../../auth/certificate/certificate-source.js';
import type { TokenClaims } from '../../../auth/token-claims.js';
import { OwnCommands } from '../../../common/own-commands.js';
import { createAgent, trustedCertificates } from '../../../graph/agent.js';
import { isLoopback, type ProxyChoice, settleProxies } from '../../../graph/proxy.js';
import type { Cloud } from '../../../options/clouds.js';
import type { Settings } from '../../../options/settings.js';
import type { Configuration } from '../../common/configuration.js';
import { FEATURES_VARIABLE, type Feature, readFeatures } from '../../common/features.js';
import { inFlags } from '../../common/in-flags.js';
import { sandboxInbox } from '../../common/known-sandbox.js';
import { type Contact, makeContact } from '../contact.js';
import { type ExtraAuthorities, extraAuthorities } from '../extra-authorities.js';
import type { DoctorFlags } from '../flags.js';
import { userAgent, type World } from '../world.js';
import { type Check, type Subject, skipped } from './check.js';

/** What the checks before found out, for those that come after. */
export class Examination {
  readonly flags: DoctorFlags;
  readonly world: World;
  readonly checks: Check[] = [];
  configuration: Configuration | undefined;
  settings: Settings | undefined;
  cloud: Cloud | undefined;
  certificates: CertificateSource | undefined;
  certificate: CertificateInfo | undefined;
  token: string | undefined;
  claims: TokenClaims | undefined;
  /** Of the application that may search message trace. */
  traceToken: string | undefined;
  readonly #contacts = new Map<string, Promise<Contact>>();
  #agent: Agent | undefined;

  constructor(flags: DoctorFlags, world: World) {
    this.flags = flags;
    this.world = world;
  }

  /** Takes a check in, in the words of the command line. */
  add(check: Check): Check {
    const told = (text: string) => inFlags(text, { configuration: this.configuration, largeMessages: false });
    const { cure } = check;
    const added = { ...check, seen: told(check.seen), ...(cure !== undefined && { cure: told(cure) }) };
    this.checks.push(added);
    return added;
  }

  /** A check that cannot be made because one of `ids` has failed; `undefined` where none has. */
  blocked(subject: Subject, ...ids: readonly string[]): Check | undefined {
    const cause = this.checks.find(({ id, status }) => status === 'failed' && ids.includes(id));
    return cause && skipped(subject, `Not checked: "${cause.title}" must be right first.`);
  }

  /** The commands that are printed. */
  get commands(): OwnCommands {
    return new OwnCommands({ envFile: this.configuration?.envFile, platform: this.world.platform });
  }

  /** The origins that mail needs: of the token service and of Graph. */
  get origins(): string[] {
    const { cloud } = this;
    return cloud ? [...new Set([cloud.authorityHost, cloud.graphHost])] : [];
  }

  /** Beside those of `NODE_EXTRA_CA_CERTS` those that the commands trust as well: of `GRAPH_MAIL_CA`, and of the .env file. */
  get authorities(): ExtraAuthorities {
    const given = extraAuthorities(this.configuration?.env ?? {});
    const { own, nodeOfFile } = this.configuration?.authorities ?? {};
    return { ...given, pem: joined(given.pem, own, nodeOfFile) };
  }

  /** Those that any program has in this environment: Node reads `NODE_EXTRA_CA_CERTS` before the .env file. */
  get #programAuthorities(): string | undefined {
    const { env = {}, source, authorities } = this.configuration ?? {};
    const ofNode = source?.NODE_EXTRA_CA_CERTS === 'environment' ? extraAuthorities(env).pem : undefined;
    return joined(ofNode, authorities?.own);
  }

  /** What the application is to do beside sending: as the flag says, or as `setup` wrote it down. */
  get features(): readonly Feature[] {
    const { with: flag } = this.flags;
    return flag ?? readFeatures(this.configuration?.env[FEATURES_VARIABLE] ?? '').known;
  }

  /** Inbox page of the sandbox that is checked, where it is one that setup knows. */
  get inbox(): string | undefined {
    return this.configuration && sandboxInbox(this.configuration);
  }

  /** Whether a sandbox answers at one of the {@link origins}: one of this machine, or one that setup knows under another name. */
  isSandbox(origin: string): boolean {
    return this.inbox !== undefined || isLoopback(new URL(origin).hostname);
  }

  /**
   * Which proxy leads to an origin.
   * @throws GraphMailError `ECONFIG`
   */
  get proxies(): ProxyChoice | undefined {
    return settleProxies(this.settings?.proxy, this.configuration?.env ?? {}, this.origins);
  }

  /** Whether the proxy that is configured can be used at all. */
  get hasUsableProxies(): boolean {
    try {
      this.proxies;
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Who answers at an origin; asked once.
   * @throws GraphMailError `ECONFIG` where the proxy to take is not known
   */
  contact(origin: string): Promise<Contact> {
    const { pem } = this.authorities;
    return this.#contact(origin, origin, [...trustedCertificates(this.world.env), ...(pem ? [pem] : [])]);
  }

  /** The same, as a program sees it that is no command of this package. */
  programContact(origin: string): Promise<Contact> {
    const pem = this.#programAuthorities;
    if (pem === this.authorities.pem) return this.contact(origin);
    return this.#contact(origin, `${origin} program`, [...trustedCertificates(this.world.env), ...(pem ? [pem] : [])]);
  }

  /** The same, trusting nothing but the public authorities that Node comes with. */
  publicContact(origin: string): Promise<Contact> {
    return this.#contact(origin, `${origin} public`, rootCertificates);
  }

  /** How far this machine's clock is behind that of a server (ms; negative: ahead), and which server that is. */
  async clockError(): Promise<{ behind: number; host: string } | undefined> {
    for (const origin of this.hasUsableProxies ? this.origins : []) {
      const { answer, host } = await this.contact(origin);
      if (answer?.behind !== undefined) return { behind: answer.behind, host };
    }
    return undefined;
  }

  /** Connections as the transport makes them. */
  get agent(): Agent {
    const { timeout } = this.world;
    const choose = this.proxies;
    this.#agent ??= createAgent(this.authorities.pem, choose && { choose, userAgent, timeout });
    return this.#agent;
  }

  close(): void {
    this.#agent?.destroy();
  }

  async #contact(origin: string, key: string, trusted: readonly string[]): Promise<Contact> {
    const { clock, lookup, timeout } = this.world;
    // Without the proxy that is wanted, nothing goes out at all.
    const { proxies } = this;
    const way = { proxies, trusted, lookup, clock, timeout, userAgent };
    const made = this.#contacts.get(key) ?? makeContact(origin, way);
    this.#contacts.set(key, made);
    return made;
  }
}

function joined(...pems: (string | undefined)[]): string | undefined {
  return [...new Set(pems)].filter((pem) => pem !== undefined).join('\n') || undefined;
}
