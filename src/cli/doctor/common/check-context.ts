import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { CertificateInfo, CertificateSource } from '../../../auth/certificate/certificate-source.js';
import type { TokenClaims } from '../../../auth/token-claims.js';
import { OwnCommands } from '../../../common/own-commands.js';
import { createAgent, trustedCertificates } from '../../../graph/agent.js';
import { isLoopback, type ProxyChoice, settleProxies } from '../../../graph/proxy.js';
import type { Cloud } from '../../../options/clouds.js';
import type { Settings } from '../../../options/settings.js';
import { shownPath } from '../../../options/shown-value.js';
import type { Configuration } from '../../common/configuration.js';
import { FEATURES_VARIABLE, type Feature, readFeatures } from '../../common/features.js';
import { inFlags } from '../../common/in-flags.js';
import { sandboxInbox } from '../../common/known-sandbox.js';
import { type Check, type Subject, skipped } from './check.js';
import { type Contact, makeContact } from './contact.js';
import { type DoctorFlags, type Environment, userAgent } from './environment.js';

/** What all checks work with: flags, environment, and what earlier checks found out. */
export class CheckContext {
  readonly flags: DoctorFlags;
  readonly environment: Environment;
  readonly checks: Check[] = [];
  configuration: Configuration | undefined;
  settings: Settings | undefined;
  cloud: Cloud | undefined;
  certificates: CertificateSource | undefined;
  certificate: CertificateInfo | undefined;
  token: string | undefined;
  claims: TokenClaims | undefined;
  /** Token of the application that may search message trace. */
  traceToken: string | undefined;
  readonly #contacts = new Map<string, Promise<Contact>>();
  #agent: Agent | undefined;

  constructor(flags: DoctorFlags, environment: Environment) {
    this.flags = flags;
    this.environment = environment;
  }

  /** Adds a check, with options named as on the command line. */
  add(check: Check): Check {
    const withFlagNames = (text: string) => inFlags(text, { configuration: this.configuration, largeMessages: false });
    const { cure } = check;
    const added = {
      ...check,
      seen: withFlagNames(check.seen),
      ...(cure !== undefined && { cure: withFlagNames(cure) }),
    };
    this.checks.push(added);
    return added;
  }

  /** A check that cannot be made because one of `ids` has failed; `undefined` where none has. */
  blocked(subject: Subject, ...ids: readonly string[]): Check | undefined {
    const cause = this.checks.find(({ id, status }) => status === 'failed' && ids.includes(id));
    return cause && skipped(subject, `Not checked: "${cause.title}" must be right first.`);
  }

  /** How commands of this package are printed. */
  get commands(): OwnCommands {
    return new OwnCommands({ envFile: this.configuration?.envFile, platform: this.environment.platform });
  }

  /** The origins that mail needs: of the token service and of Graph. */
  get origins(): string[] {
    const { cloud } = this;
    return cloud ? [...new Set([cloud.authorityHost, cloud.graphHost])] : [];
  }

  /** Authorities that the commands trust: those of `NODE_EXTRA_CA_CERTS`, of `GRAPH_MAIL_CA`, and of the .env file. */
  get authorities(): ExtraAuthorities {
    const given = extraAuthorities(this.configuration?.env ?? {});
    const { own, nodeOfFile } = this.configuration?.authorities ?? {};
    return { ...given, pem: joined(given.pem, own, nodeOfFile) };
  }

  /** Authorities that any program trusts in this environment: Node reads `NODE_EXTRA_CA_CERTS` before the .env file. */
  get #programAuthorities(): string | undefined {
    const { env = {}, source, authorities } = this.configuration ?? {};
    const ofNode = source?.NODE_EXTRA_CA_CERTS === 'environment' ? extraAuthorities(env).pem : undefined;
    return joined(ofNode, authorities?.own);
  }

  /** What the application is to do beside sending: by the flag, or by what `setup` wrote into the .env file. */
  get features(): readonly Feature[] {
    const { with: flag } = this.flags;
    return flag ?? readFeatures(this.configuration?.env[FEATURES_VARIABLE] ?? '').known;
  }

  /** Inbox page of the sandbox that is checked, where setup has written it down. */
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
   * Connects to an origin, once, and tells which server answers.
   * @throws GraphMailError `ECONFIG` where the proxy to take is not known
   */
  contact(origin: string): Promise<Contact> {
    const { pem } = this.authorities;
    return this.#contact(origin, origin, [...trustedCertificates(this.environment.env), ...(pem ? [pem] : [])]);
  }

  /** The same, with what a program trusts that is not a command of this package. */
  programContact(origin: string): Promise<Contact> {
    const pem = this.#programAuthorities;
    if (pem === this.authorities.pem) return this.contact(origin);
    return this.#contact(origin, `${origin} program`, [
      ...trustedCertificates(this.environment.env),
      ...(pem ? [pem] : []),
    ]);
  }

  /** The same, trusting only the public authorities that Node comes with. */
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
    const { timeout } = this.environment;
    const choose = this.proxies;
    this.#agent ??= createAgent(this.authorities.pem, choose && { choose, userAgent, timeout });
    return this.#agent;
  }

  close(): void {
    this.#agent?.destroy();
  }

  async #contact(origin: string, key: string, trusted: readonly string[]): Promise<Contact> {
    const { clock, lookup, timeout } = this.environment;
    // Throws where the configured proxy cannot be used: no connection is made without it.
    const { proxies } = this;
    const options = { proxies, trusted, lookup, clock, timeout, userAgent };
    const made = this.#contacts.get(key) ?? makeContact(origin, options);
    this.#contacts.set(key, made);
    return made;
  }
}

function joined(...pems: (string | undefined)[]): string | undefined {
  return [...new Set(pems)].filter((pem) => pem !== undefined).join('\n') || undefined;
}

/** Certificates of `NODE_EXTRA_CA_CERTS`, which Node reads when it starts, and ignores where it cannot read them. */
export interface ExtraAuthorities {
  /** The value of the variable. */
  path: string | undefined;
  pem: string | undefined;
  /** Why Node ignores them. */
  problem: string | undefined;
}

function extraAuthorities(env: NodeJS.ProcessEnv): ExtraAuthorities {
  const path = env.NODE_EXTRA_CA_CERTS || undefined;
  if (path === undefined) return { path, pem: undefined, problem: undefined };
  const without = (problem: string) => ({
    path,
    pem: undefined,
    problem: `NODE_EXTRA_CA_CERTS ${shownPath(path)} ${problem}`,
  });
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return without(code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  }
  try {
    new X509Certificate(pem);
    return { path, pem, problem: undefined };
  } catch {
    return without('holds no certificate in PEM');
  }
}
