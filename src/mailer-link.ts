import { type AccessRules, refuseAccess } from './message/access.js';
import type { MailerOptions } from './settings.js';

/** The part of Nodemailer's Mail object that is used here; it may come from any copy of Nodemailer. */
export interface Mailer {
  options?: Record<string, unknown>;
  use?: (step: string, plugin: CompilePlugin) => unknown;
  /** Nodemailer's own plugins, which run before all others. */
  _defaultPlugins?: { compile?: CompilePlugin[] };
}

type CompilePlugin = (mail: { data: Record<string, unknown> }, done: (error?: Error) => void) => void;

type Listener = (...args: unknown[]) => void;

/** The events that a Mail object subscribes to, once each, in its constructor. */
const mailerEvents = ['log', 'error', 'idle', 'clear'];

/**
 * The transport's side of the Mail objects that use it. Nodemailer gives a plugin's options to nobody, so they are handed
 * over here; and it never takes its listeners back, so those are held only as long as the Mail object itself lives: a
 * framework that makes one for every message must not pile them up.
 */
export class MailerLink {
  readonly #options: Record<string, unknown>;
  readonly #dkim: unknown;
  readonly #known = new WeakSet<Mailer>();
  readonly #listeners = new WeakMap<Mailer, Map<string, Listener>>();
  readonly #mailers = new Map<number, WeakRef<Mailer>>();
  readonly #gone = new FinalizationRegistry<number>((id) => this.#mailers.delete(id));
  #id = 0;
  #last: WeakRef<Mailer> | undefined;

  /** @param more options that Nodemailer takes although they are not about messages: logger and component */
  constructor({ dkim, ...options }: MailerOptions, more: Record<string, unknown>) {
    this.#options = { ...more, ...options };
    this.#dkim = dkim;
  }

  /** The Mail object that was set last. */
  get last(): Mailer | undefined {
    return this.#last?.deref();
  }

  /**
   * Makes the options take effect in a Mail object, from its next message on.
   * @returns whether it was new
   */
  adopt(mailer: Mailer): boolean {
    if (this.#known.has(mailer)) return false;
    this.#known.add(mailer);
    if (Object.keys(this.#options).length > 0) mailer.options = { ...this.#options, ...mailer.options };
    const { disableFileAccess, disableUrlAccess } = this.#options;
    if (disableFileAccess || disableUrlAccess) this.#guard(mailer, { disableFileAccess, disableUrlAccess });
    if (this.#dkim !== undefined) {
      mailer.use?.('compile', (mail, done) => {
        mail.data.dkim ??= this.#dkim;
        done();
      });
    }
    return true;
  }

  /** Nodemailer's `transport.mailer = …`. */
  set(mailer: Mailer | undefined): void {
    this.#last = mailer && new WeakRef(mailer);
    if (mailer) this.adopt(mailer);
  }

  /** Refuses what may not be read before any plugin could read it, Nodemailer's own included. */
  #guard(mailer: Mailer, rules: AccessRules): void {
    const guard: CompilePlugin = (mail, done) => {
      try {
        refuseAccess(mail.data, rules);
        done();
      } catch (error) {
        done(error as Error);
      }
    };
    const first = mailer._defaultPlugins?.compile;
    if (Array.isArray(first)) first.unshift(guard);
    else mailer.use?.('compile', guard);
  }

  /** Keeps a listener of a Mail object's own; `false` when it is somebody else's. */
  listen(mailer: Mailer | undefined, event: string | symbol, listener: Listener): boolean {
    if (typeof mailer !== 'object' || typeof event !== 'string' || !mailerEvents.includes(event)) return false;
    this.adopt(mailer);
    let listeners = this.#listeners.get(mailer);
    if (!listeners) {
      listeners = new Map();
      this.#listeners.set(mailer, listeners);
      this.#mailers.set(++this.#id, new WeakRef(mailer));
      this.#gone.register(mailer, this.#id);
    }
    if (listeners.has(event)) return false;
    listeners.set(event, listener);
    return true;
  }

  /** Calls every Mail object's listener of that event. */
  emit(event: string): void {
    for (const reference of this.#mailers.values()) {
      const mailer = reference.deref();
      if (mailer) this.#listeners.get(mailer)?.get(event)?.();
    }
  }
}
