import { nearestName } from '../common/nearest-name.js';

const mostNamesShown = 12;

/**
 * The property of that name, or an error. Handlebars' own `strict` option lets unknown names pass in `#if`, `#each`,
 * helper arguments and partials, and what is inherited (`toString`) is not part of the data: both would leave a
 * gap in a mail that goes unnoticed.
 */
export function requireProperty(parent: unknown, name: PropertyKey): unknown {
  if (parent === undefined || parent === null) {
    throw new Error(`there is no "${String(name)}", since what it is looked up in is empty`);
  }
  const object = Object(parent) as Record<PropertyKey, unknown>;
  if (!Object.hasOwn(object, name)) throw new Error(`there is no "${String(name)}"${knownNames(parent, String(name))}`);
  const value = object[name];
  if (value === undefined) throw new Error(`there is no "${String(name)}": it is undefined`);
  if (typeof value === 'function') throw new Error(`"${String(name)}" is a function, not a value`);
  return value;
}

function knownNames(parent: unknown, wanted: string): string {
  if (typeof parent !== 'object' || parent === null) return ` in the ${typeof parent} it is looked up in`;
  const names = Object.keys(parent);
  const shown = names.slice(0, mostNamesShown).join(', ');
  const meant = nearestName(wanted, names) ?? names.find((name) => beginsWith(name, wanted));
  const question = meant === undefined ? '' : `; did you mean {{${pathOf(meant)}}}?`;
  return ` (there is: ${shown || 'nothing'}${names.length > mostNamesShown ? ', …' : ''})${question}`;
}

/** "First Name" with "First": what Handlebars takes of a name with a space, a dot or a slash in it. */
function beginsWith(name: string, first: string): boolean {
  return name.startsWith(first) && /^[\s./]/.test(name.slice(first.length));
}

/** A name as it is written in a template. */
export function pathOf(name: string): string {
  if (/^[^\s!"#%-,./;->@[-^`{-~]+$/.test(name) && !/^(?:\d.*|-\d.*|true|false|null|undefined|this|else|as)$/.test(name))
    return name;
  return name.includes(']') ? `lookup this ${JSON.stringify(name)}` : `[${name}]`;
}
