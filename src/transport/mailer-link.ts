import { EventEmitter } from 'node:events';
import { type LogOptions, safeLogger } from '../common/log.js';
import { refuseAccess } from '../message/common/content.js';
import { contentError } from '../message/compose/nodemailer-streams.js';
import { checkContentLocations, checkMessageData } from '../message/message-data.js';
import type { MailerOptions } from '../options/settings.js';

/** The part of Nodemailer's Mail object that is used here; it may come from any copy of Nodemailer. */
export interface Mailer {
  options?: Record<string, unknown>;
  use?: (step: string, plugin: CompilePlugin) => unknown;
  /** Nodemailer's own plugins, which run before all others. */
  _defaultPlugins?: { compile?: CompilePlugin[] };
  /** Those that were given to `use()`. */
  _userPlugins?: { compile?: CompilePlugin[] };
}

type CompilePlugin = (mail: { data: Record<string, unknown> }, done: (error?: Error) => void) => void;

type Listener = (...args: unknown[]) => void;

/** What takes effect before a message comes to the transport. */
const lateOptions = ['dkim', 'attachDataUrls', 'disableFileAccess', 'disableUrlAccess'] as const;

/** The events that a Mail object subscribes to, once each, in its constructor. */
const mailerEvents = ['log', 'error', 'idle', 'clear'];

/**
 * The transport's side of the Mail objects that use it. Nodemailer does not pass a transport's options to its Mail
 * object, so this class does; and it never removes its listeners, so those are held only as long as the Mail object
 * itself lives: a framework that makes one for every message must not pile them up.
 */
export class MailerLink {
  readonly #options: Record<string, unknown>;
  readonly #dkim: unknown;
  /** Options that cannot wholly take effect on a message that is on its way already. */
  readonly #late: readonly string[];
  readonly #known = new WeakSet<Mailer>();
  readonly #listeners = new WeakMap<Mailer, Map<string, Listener>>();
  readonly #mailers = new Map<number, WeakRef<Mailer>>();
  readonly #gone = new FinalizationRegistry<number>((id) => this.#mailers.delete(id));
  #id = 0;
  #last: WeakRef<Mailer> | undefined;

  /** @param log goes to the Mail object too, although it is not about messages: logger and component */
  constructor({ dkim, ...options }: MailerOptions, log: LogOptions) {
    this.#options = { ...loggerForMailer(log), ...options };
    this.#dkim = dkim;
    this.#late = lateOptions.filter((name) => (name === 'dkim' ? dkim : options[name]));
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
    this.#guard(mailer);
    if (this.#dkim !== undefined) {
      mailer.use?.('compile', (mail, done) => {
        mail.data.dkim ??= this.#dkim;
        done();
      });
    }
    return true;
  }

  /**
   * The Mail object of a copy without `on` is not known before its first message. What protects is refused by then where it
   * can be seen; what Nodemailer and its plugins have done already cannot be undone.
   */
  adoptLate(mailer: Mailer | undefined, warn: (message: string) => void): void {
    if (!mailer || !this.adopt(mailer) || this.#late.length === 0) return;
    warn(
      `${this.#late.join(' and ')} cannot wholly take effect on the first message of this copy of the transport. Use createGraphTransporter() to avoid that.`,
    );
  }

  /** Nodemailer's `transport.mailer = …`. */
  set(mailer: Mailer | undefined): void {
    this.#last = mailer && new WeakRef(mailer);
    if (mailer) this.adopt(mailer);
  }

  /**
   * Refuses what may not or cannot be read before any plugin could read it, Nodemailer's own included; and after the last
   * plugin what Nodemailer could not compose.
   */
  #guard(mailer: Mailer): void {
    const last = checking((data) => checkMessageData(data));
    const first = checking((data) => {
      refuseAccess(data, this.#options);
      checkContentLocations(data, mailer.options?.attachDataUrls);
      // More plugins may have come since the message before. One that is there twice does no harm.
      const others = mailer._userPlugins?.compile;
      if (Array.isArray(others) && others.at(-1) !== last) others.push(last);
    });
    const own = mailer._defaultPlugins?.compile;
    if (Array.isArray(own)) own.splice(0, own.length, first, ...own.map(tellingReadErrors));
    else mailer.use?.('compile', first);
  }

  /** Keeps a listener of a Mail object's own; `false` when it is another's. */
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

/** A plugin of Nodemailer's own, whose failure is that of reading content. */
function tellingReadErrors(plugin: CompilePlugin): CompilePlugin {
  return (mail, done) => {
    let ended = false;
    try {
      plugin(mail, (error) => {
        ended = true;
        done(error && contentError(error));
      });
    } catch (error) {
      // What follows runs within `done`, and its failures are not this plugin's.
      if (ended) throw error;
      done(contentError(error));
    }
  };
}

/** A plugin that lets a message pass, or ends it with what the check throws. What follows may throw, and is not its own. */
function checking(check: (data: Record<string, unknown>) => void): CompilePlugin {
  return (mail, done) => {
    let failure: Error | undefined;
    try {
      check(mail.data);
    } catch (error) {
      failure = error as Error;
    }
    done(failure);
  };
}

/** Own properties that are shown to everyone. */
const shown: ReadonlySet<string | symbol> = new Set(['name', 'version', 'supportsAbortSignal', 'mailboxConcurrency']);

/**
 * Gives a transport the own properties that survive what frameworks do to it: its methods bound and enumerable, so that
 * spreads, merges and clones go on working; its emitter's fields and `mailer` not enumerable, so that nothing recurses
 * into Nodemailer's objects or prints them.
 */
export function shapeTransport<T extends EventEmitter>(
  transport: T,
  link: MailerLink,
  methods: readonly (keyof T)[],
): void {
  for (const key of Reflect.ownKeys(transport)) {
    const property = Object.getOwnPropertyDescriptor(transport, key);
    if (property && !shown.has(key)) Object.defineProperty(transport, key, { ...property, enumerable: false });
  }
  const own = (name: PropertyKey, value: unknown) => {
    Object.defineProperty(transport, name, { value, enumerable: true, writable: true, configurable: true });
  };
  for (const name of methods) own(name, (transport[name] as () => unknown).bind(transport));
  // Wrappers write to the options of the transporter that they were given, @tryghost/nodemailer for instance; nothing reads it.
  own('options', {});
  Object.defineProperty(transport, 'mailer', {
    get: () => link.last,
    set: (mailer: Mailer | undefined) => link.set(mailer),
    enumerable: false,
    configurable: true,
  });
  // Of every copy too: with it a Mail object subscribes when it is made, which is how a copy's gets known in time.
  own('on', function on(this: { mailer?: Mailer }, event: string | symbol, listener: (...args: unknown[]) => void) {
    if (!link.listen(this.mailer, event, listener)) EventEmitter.prototype.on.call(transport, event, listener);
    return this;
  });
}

function loggerForMailer({ logger, component }: LogOptions): Record<string, unknown> {
  if (!logger) return {};
  return { logger: logger === true ? true : safeLogger(logger), ...(component !== undefined && { component }) };
}
