import { configError } from './errors.js';

/**
 * The value of an environment variable; `undefined` when it is not set or empty. Not for passwords, which may be anything.
 * @throws GraphMailError `ECONFIG` when it stands in quotes: nothing that is configured here can begin and end with them
 */
export function environmentVariable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name] || undefined;
  const quote = value === undefined ? undefined : quoteAround(value);
  if (quote === undefined) return value;
  throw configError(
    `${name} begins and ends with a quotation mark (${quote}), which is part of its value.`,
    `Set it without them. ${keptQuotes}`,
  );
}

/** How quotes get into a value. */
const keptQuotes = 'docker run --env-file, for one, keeps the quotation marks that a shell would take away.';

/** The quotation mark that a text both begins and ends with. */
function quoteAround(text: string): string | undefined {
  const quote = text[0];
  return text.length > 1 && (quote === `"` || quote === `'`) && text.endsWith(quote) ? quote : undefined;
}

/** A hint for a password that was refused, where quotes may be the reason; `undefined` where they cannot be. */
export function quotedPasswordHint(password: string | undefined, what: string, variable: string): string | undefined {
  if (password === undefined || quoteAround(password) === undefined) return undefined;
  return `${what} begins and ends with a quotation mark, which was taken as part of it: if ${variable} is where it comes from, set it there without quotation marks. ${keptQuotes}`;
}
