import type { MessagePatience, SendingChoices } from './settings.js';
import { shown } from './shown-value.js';
import type { GraphMessageOptions } from './types.js';

/** What may be chosen, for the whole transport and for one message alike. */
const choices: { [name in keyof SendingChoices]: readonly SendingChoices[name][] } = {
  delivery: ['direct', 'draft'],
  onUnknown: ['fail', 'verify'],
  largeMessages: ['reject', 'upload'],
};

/** What only a message can have: functions that are called on its way. */
export type MessageHooks = Pick<GraphMessageOptions, 'onAttempt' | 'onNotSent' | 'onWithdraw'>;

const hookNames: readonly (keyof MessageHooks)[] = ['onAttempt', 'onNotSent', 'onWithdraw'];

const patienceNames: readonly (keyof MessagePatience)[] = ['maxRetries', 'maxWait'];

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
  return givenOf<SendingChoices>(choiceNames, given);
}

/** What a message may say for itself besides its mailbox. */
export const messageChoiceNames: readonly string[] = [...choiceNames, ...patienceNames, ...hookNames];

/** What is wrong with what a message says, in words that begin with its name; `undefined` when nothing is. */
export function wrongMessageChoice(given: Record<string, unknown>): string | undefined {
  for (const name of patienceNames) {
    const value = given[name];
    if (value === undefined || isCount(value)) continue;
    const unit = name === 'maxWait' ? ' of milliseconds' : '';
    return `'${name}' is ${shown(value)}; expected a whole number${unit}, 0 or more.`;
  }
  const name = hookNames.find((one) => given[one] !== undefined && typeof given[one] !== 'function');
  return name === undefined ? wrongChoice(given) : `'${name}' is ${shown(given[name])}; expected a function.`;
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= longestTimer;
}

/** The longest that a timer of Node can take. */
const longestTimer = 2 ** 31 - 1;

function givenOf<T>(names: readonly (keyof T & string)[], options: Record<string, unknown>): Partial<T> {
  const entries = names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
  return Object.fromEntries(entries) as Partial<T>;
}

/** What a message says for itself. */
export function chosenByMessage(
  own: Record<string, unknown>,
): Partial<SendingChoices> & MessageHooks & { patience: MessagePatience } {
  return {
    ...chosen(own),
    ...givenOf<MessageHooks>(hookNames, own),
    patience: givenOf<MessagePatience>(patienceNames, own),
  };
}
