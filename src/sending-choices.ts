import { shown } from './option-checks.js';
import type { SendingChoices } from './settings.js';

/** What may be chosen, for the whole transport and for one message alike. */
const choices: { [name in keyof SendingChoices]: readonly SendingChoices[name][] } = {
  delivery: ['direct', 'draft'],
  onUnknown: ['fail', 'verify'],
  largeMessages: ['reject', 'upload'],
};

export const choiceNames = Object.keys(choices) as readonly (keyof SendingChoices)[];

/** What is wrong with a choice, in words that begin with its name; `undefined` when nothing is. */
export function wrongChoice(given: Record<string, unknown>): string | undefined {
  for (const name of choiceNames) {
    const allowed: readonly unknown[] = choices[name];
    const value = given[name];
    if (value === undefined || allowed.includes(value)) continue;
    return `'${name}' is ${shown(value)}; expected ${allowed.map((one) => `'${one}'`).join(' or ')}.`;
  }
  return undefined;
}

/** The choices that were made. */
export function chosen(given: Record<string, unknown>): Partial<SendingChoices> {
  return Object.fromEntries(choiceNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}
