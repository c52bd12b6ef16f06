import { configError, type GraphMailError } from './errors.js';

/**
 * Loads a dependency when it is first needed.
 * @param load an `import()` with the name written out, which is all that bundlers can follow
 * @param usable whether it is the package: a bundler may have replaced it by something empty
 * @throws GraphMailError `ECONFIG`
 */
export async function loadPackage<T>(name: string, load: () => Promise<T>, usable: (loaded: T) => boolean): Promise<T> {
  try {
    const loaded = await load();
    if (usable(loaded)) return loaded;
  } catch (cause) {
    throw notLoaded(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
  throw notLoaded(name, 'what was loaded under this name is not that package');
}

function notLoaded(name: string, why: string, cause?: unknown): GraphMailError {
  return configError(
    `The package '${name}' cannot be loaded, so nobody can sign in: ${why.split('\n', 1)[0]}`,
    `Install it where the program runs (npm install ${name}). A program that was bundled needs it in the bundle, or in a node_modules folder beside it.`,
    cause,
  );
}
