import { EventEmitter } from 'node:events';
import type { Mailer, MailerLink } from './mailer-link.js';

/** Own properties that everybody may see. */
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
