const mostNamesShown = 12;

/**
 * The property of that name, or an error. Handlebars' own `strict` option lets unknown names pass in `#if`, `#each`,
 * helper arguments and partials, and what is inherited (`toString`) is no part of anybody's data: both would leave a
 * gap in a mail that nobody notices.
 */
export function requireProperty(parent: unknown, name: PropertyKey): unknown {
  if (parent === undefined || parent === null) {
    throw new Error(`there is no "${String(name)}", since what it is looked up in is empty`);
  }
  const object = Object(parent) as Record<PropertyKey, unknown>;
  if (!Object.hasOwn(object, name)) throw new Error(`there is no "${String(name)}"${knownNames(parent)}`);
  const value = object[name];
  if (typeof value === 'function') throw new Error(`"${String(name)}" is a function, not a value`);
  return value;
}

function knownNames(parent: unknown): string {
  if (typeof parent !== 'object' || parent === null) return ` in the ${typeof parent} it is looked up in`;
  const names = Object.keys(parent);
  const shown = names.slice(0, mostNamesShown).join(', ');
  return ` (there is: ${shown || 'nothing'}${names.length > mostNamesShown ? ', …' : ''})`;
}
