/**
 * The shape of everything that is kept with {@link processWide}, the classes of its contents included. To be raised with
 * any change that a copy of the package from before that change could not work with: each of the two then keeps its own.
 */
const shape = 3;

/**
 * What all copies of this package in a process share: the ESM and the CommonJS build, and installations side by side.
 * A worker thread has globals of its own, and shares nothing with the others.
 */
export function processWide<T extends object>(name: string, create: () => T): T {
  const key = Symbol.for(`nodemailer-graph-transport.${name}/${shape}`);
  const known = (globalThis as { [key: symbol]: T | undefined })[key];
  if (known) return known;
  const made = create();
  Object.defineProperty(globalThis, key, { value: made });
  return made;
}
