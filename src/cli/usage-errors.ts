import { shown, shownName } from '../options/shown-value.js';

/**
 * Commander's errors without the values of flags, which it quotes: a log of a build keeps them, and any of them may be a
 * secret that was put into the wrong place.
 */
export function withoutValues(text: string): string {
  return text
    .replace(
      /( argument| value) '([\s\S]*)'( from env '\w+')? is invalid/,
      (_, what, value, from = '') => `${what}${from}, ${shown(value)}, is invalid`,
    )
    .replace(/^(error: unknown option )'([\s\S]*?)'(?=\n)/, (_, start, flag) => `${start}${named(flag)}`)
    .replace(/^(error: unknown command )'([\s\S]*?)'(?=\n)/, (_, start, name) => `${start}${shownName(name)}`);
}

/** Of `--flag=value`, the flag. */
function named(flag: string): string {
  const [name = ''] = flag.split('=', 1);
  return /^--?[a-z][a-z-]{0,23}$/i.test(name) ? `'${name}'` : shownName(name);
}
