import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Agent } from 'node:https';
import path from 'node:path';
import { processWide } from '../common/process-wide.js';
import type { Identity } from '../options/settings.js';
import type { CertificateSource } from './certificate/certificate-source.js';
import { stampNow } from './certificate/content.js';
import type { TokenSource } from './token-source.js';

/** A transport that signs in together with others. */
export interface SignInUser {
  /** Called with what an administrator should look after. */
  warn(message: string): void;
}

/** What signing in takes. */
export interface SignInParts {
  tokens: TokenSource;
  certificates: CertificateSource | undefined;
  /** Connections, to Entra and Graph alike. */
  agent: Agent;
  /** Ends what is in flight, when no transport waits for it any more. */
  end: () => void;
}

interface SignIns {
  /** By a digest of what decides on the token. Held as loosely as the transports themselves, which may never be closed. */
  known: Map<string, WeakRef<SharedSignIn>>;
  gone: FinalizationRegistry<string>;
  /** What objects and functions are called in a digest. */
  names: WeakMap<object, string>;
  /** Makes the digests worthless outside this process: what they are made of may be a guessable password. */
  salt: Buffer;
}

const signIns = () =>
  processWide<SignIns>('sign-ins', () => {
    const known: SignIns['known'] = new Map();
    const gone = new FinalizationRegistry<string>((key) => {
      if (!known.get(key)?.deref()) known.delete(key);
    });
    return { known, gone, names: new WeakMap(), salt: randomBytes(32) };
  });

/**
 * One token, one reading of the certificate and one set of connections for all transports of the process that would ask for
 * the same token in the same way. It goes with the last transport that uses it, whether that is closed or only forgotten.
 */
export class SharedSignIn {
  readonly tokens: TokenSource;
  readonly certificates: CertificateSource | undefined;
  readonly agent: Agent;
  readonly #key: string;
  readonly #end: () => void;
  readonly #users = new Set<WeakRef<SignInUser>>();
  readonly #forgotten = new FinalizationRegistry<WeakRef<SignInUser>>((user) => this.#leave(user));

  /**
   * Equal `parts` give the same one; it serves until each user has called the function that {@link use} returned.
   * @param open called when there is none yet; its `warn` reaches all users
   */
  static of(parts: readonly unknown[], open: (warn: (message: string) => void) => SignInParts): SharedSignIn {
    const { known, gone } = signIns();
    const key = digest(parts);
    const found = known.get(key)?.deref();
    if (found) return found;
    const made = new SharedSignIn(key, open);
    known.set(key, new WeakRef(made));
    gone.register(made, key);
    return made;
  }

  private constructor(key: string, open: (warn: (message: string) => void) => SignInParts) {
    const { tokens, certificates, agent, end } = open((message) => {
      for (const user of this.#users) user.deref()?.warn(message);
    });
    this.tokens = tokens;
    this.certificates = certificates;
    this.agent = agent;
    this.#key = key;
    this.#end = end;
  }

  /**
   * @param user held weakly, so its transport must hold it
   * @returns to be called when it is done; calling that twice is harmless
   */
  use(user: SignInUser): () => void {
    const reference = new WeakRef(user);
    this.#users.add(reference);
    this.#forgotten.register(user, reference, reference);
    return () => {
      this.#forgotten.unregister(reference);
      this.#leave(reference);
    };
  }

  #leave(user: WeakRef<SignInUser>): void {
    if (!this.#users.delete(user) || this.#users.size > 0) return;
    const { known } = signIns();
    if (known.get(this.#key)?.deref() === this) known.delete(this.#key);
    this.#end();
  }
}

/**
 * What tells one identity from another, for {@link SharedSignIn.of}. A file that was replaced counts as another: it is read
 * and checked when a transport is made, as it would be for the first.
 */
export function partsOf(identity: Identity): readonly unknown[] {
  const { credential } = identity;
  const ids = 'tenantId' in identity ? [identity.tenantId.toLowerCase(), identity.clientId.toLowerCase()] : [];
  switch (credential.kind) {
    case 'certificate': {
      const { source, password, sendChain } = credential;
      const content =
        'paths' in source
          ? [source.paths.map((file) => path.resolve(file)), stampNow(source.paths)]
          : source.contents.map((one) => createHash('sha256').update(one).digest('hex'));
      return [...ids, credential.kind, content, password, sendChain];
    }
    case 'secret':
      return [...ids, credential.kind, credential.secret];
    case 'assertion':
      return [...ids, credential.kind, nameOf(credential.sign)];
    case 'azure':
      return [credential.kind, nameOf(credential.source)];
    case 'token':
      return [credential.kind, nameOf(credential.get)];
  }
}

/** Differs for two objects or functions, however alike they are. */
export function nameOf(object: object): string {
  const { names } = signIns();
  const name = names.get(object) ?? randomUUID();
  names.set(object, name);
  return name;
}

function digest(parts: readonly unknown[]): string {
  return createHmac('sha256', signIns().salt).update(JSON.stringify(parts)).digest('base64');
}
