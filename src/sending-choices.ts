import { shown } from './option-checks.js';
import type { GraphMessageOptions } from './option-types.js';
import type { SendingChoices } from './settings.js';

/** What may be chosen, for the whole transport and for one message alike. */
const choices: { [name in keyof SendingChoices]: readonly SendingChoices[name][] } = {
  delivery: ['direct', 'draft'],
  onUnknown: ['fail', 'verify'],
  largeMessages: ['reject', 'upload'],
};

/** What only a message can have: functions that are called on its way. */
export type MessageHooks = Pick<GraphMessageOptions, 'onAttempt' | 'onWithdraw'>;

const hookNames: readonly (keyof MessageHooks)[] = ['onAttempt', 'onWithdraw'];

const choiceNames = Object.keys(choices) as readonly (keyof SendingChoices)[];

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

/** What a message may say for itself besides its mailbox. */
export const messageChoiceNames: readonly string[] = [...choiceNames, ...hookNames];

/** What is wrong with what a message says, in words that begin with its name; `undefined` when nothing is. */
export function wrongMessageChoice(given: Record<string, unknown>): string | undefined {
  const name = hookNames.find((one) => given[one] !== undefined && typeof given[one] !== 'function');
  return name === undefined ? wrongChoice(given) : `'${name}' is ${shown(given[name])}; expected a function.`;
}

/** What a message says for itself. */
export function chosenByMessage(given: Record<string, unknown>): Partial<SendingChoices> & MessageHooks {
  const hooks = hookNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]));
  return { ...chosen(given), ...Object.fromEntries(hooks) };
}
