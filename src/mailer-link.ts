import type { MailerOptions } from './options.js';

/** The part of Nodemailer's Mail object that is used here; it may come from any copy of Nodemailer. */
export interface Mailer {
  options?: Record<string, unknown>;
  use?: (
    step: string,
    plugin: (mail: { data: Record<string, unknown> }, done: (error?: Error) => void) => void,
  ) => unknown;
}

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

  /** Keeps a listener for the Mail object that was set last; `false` when it is somebody else's. */
  listen(event: string | symbol, listener: Listener): boolean {
    const mailer = this.last;
    if (!mailer || typeof event !== 'string' || !mailerEvents.includes(event)) return false;
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
