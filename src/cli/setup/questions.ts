import { FEATURE_WORDS, FEATURES, type Feature } from '../common/features.js';
import { type AnswerCheck, addressAnswer, daysAnswer, nameAnswer } from './answer-checks.js';
import type { SetupFlags } from './setup-flags.js';

/** What a question can answer instead of a flag. */
export type Asked = Pick<
  SetupFlags,
  'mailbox' | 'createMailbox' | 'deniedMailbox' | 'legacyPolicy' | 'group' | 'with' | 'name' | 'days'
>;

/** What counts where neither a flag nor a person says otherwise: the same for both. */
interface Default<Value> {
  of: (flags: SetupFlags) => Value;
  /** In `--help`; nothing where it goes without saying. */
  words?: string;
}

/** One thing that setup has to know: flag, question and default, in the order in which it is asked. */
interface Question<Name extends keyof Asked> {
  name: Name;
  flag: string;
  /** In `--help`, and where it is missing. */
  help: string;
  question: string;
  why: string;
  /** How it is asked; a text is held to the same as the flag, and to what the answers before it leave. */
  form:
    | { kind: 'text'; check: (flags: SetupFlags) => AnswerCheck; example?: (flags: SetupFlags) => string }
    | { kind: 'confirm' }
    | { kind: 'choice'; options: readonly Choice<boolean>[] }
    | { kind: 'several'; options: (flags: SetupFlags) => readonly Choice<Feature>[] };
  /** Without one, it must be answered. */
  default?: Default<Exclude<Asked[Name], undefined>>;
  /** Whether it is still open with these flags. */
  applies?: (flags: SetupFlags) => boolean;
}

interface Choice<Value> {
  value: Value;
  label: string;
}

export type AnyQuestion = { [Name in keyof Asked]-?: Question<Name> }[keyof Asked];

export const DEFAULT_NAME = 'graph-mailer';
export const DEFAULT_DAYS = '365';

const domainOf = ({ mailbox }: SetupFlags) => mailbox?.[0]?.split('@')[1] ?? 'contoso.com';

/** What flags are refused for at the end is refused in its place here: nobody answers six questions for nothing. */
const anotherAddress =
  (taken: readonly (string | undefined)[], problem: string): AnswerCheck =>
  (text) =>
    addressAnswer(text) ?? (taken.some((one) => one?.toLowerCase() === text.toLowerCase()) ? problem : undefined);

// A recipient filter is for RBAC for Applications alone, and takes the place of a group.
const withoutFilter = ({ filter }: SetupFlags) => filter === undefined;

export const QUESTIONS: readonly AnyQuestion[] = [
  {
    name: 'mailbox',
    flag: '--mailbox <address>',
    help: 'the mailbox that sends; may be repeated',
    question: 'Which mailbox sends?',
    why: 'A shared one is right: no licence, no password.',
    form: { kind: 'text', check: () => addressAnswer, example: () => 'noreply@contoso.com' },
  },
  {
    name: 'createMailbox',
    flag: '--create-mailbox',
    help: 'make mailboxes that are missing, as shared mailboxes',
    question: 'Should it be made, if it is missing?',
    why: 'Otherwise it must be there.',
    form: { kind: 'confirm' },
    default: { of: () => false },
  },
  {
    name: 'deniedMailbox',
    flag: '--denied-mailbox <address>',
    help: 'one that the application must not reach, for the proof',
    question: 'Which mailbox must stay out of reach?',
    why: 'Its refusal is half of the proof.',
    form: {
      kind: 'text',
      check: ({ mailbox = [] }) => anotherAddress(mailbox, 'That one may send: the proof needs another one.'),
      example: (flags) => `director@${domainOf(flags)}`,
    },
  },
  {
    name: 'legacyPolicy',
    flag: '--legacy-policy',
    help: 'an application access policy instead of RBAC for Applications',
    question: 'How is the application kept to its mailboxes?',
    why: 'Microsoft advises RBAC.',
    form: {
      kind: 'choice',
      options: [
        { value: false, label: 'RBAC for Applications: Exchange grants the right, Entra nothing' },
        { value: true, label: 'Application access policy: older; Entra grants, Exchange narrows it' },
      ],
    },
    default: { of: () => false },
    applies: withoutFilter,
  },
  {
    name: 'group',
    flag: '--group <address>',
    help: 'mail-enabled security group of the mailboxes that may send',
    question: 'Which mail-enabled security group holds them?',
    why: 'It is made if it is missing.',
    form: {
      kind: 'text',
      check: ({ mailbox = [], deniedMailbox }) =>
        anotherAddress([...mailbox, deniedMailbox], 'That is a mailbox: a group has an address of its own.'),
    },
    default: {
      of: (flags) => `graph-mailers@${domainOf(flags)}`,
      words: 'graph-mailers@ and the domain of the mailbox',
    },
    applies: withoutFilter,
  },
  {
    name: 'with',
    flag: '--with <what>',
    help: `what it is to do beside sending, with commas between; may be repeated\n${FEATURES.map((one) => `${one}: ${FEATURE_WORDS[one]}`).join('\n')}`,
    question: 'What is it to do beside sending?',
    why: 'Each takes a right more, so none is usual.',
    form: {
      kind: 'several',
      options: ({ cloud = 'global' }) =>
        // Message trace is in the worldwide cloud alone.
        FEATURES.filter((one) => one !== 'trace' || cloud === 'global').map((value) => ({
          value,
          label: `${value}: ${FEATURE_WORDS[value]}`,
        })),
    },
    default: { of: () => [], words: 'nothing' },
  },
  {
    name: 'name',
    flag: '--name <name>',
    help: 'what the application is called',
    question: 'What is the application called?',
    why: 'Administrators find it by that name.',
    form: { kind: 'text', check: () => nameAnswer },
    default: { of: () => DEFAULT_NAME, words: DEFAULT_NAME },
  },
  {
    name: 'days',
    flag: '--days <n>',
    help: 'how long its certificate is valid',
    question: 'For how many days is its certificate valid?',
    why: 'Tenants may refuse more.',
    form: { kind: 'text', check: () => daysAnswer },
    default: { of: () => DEFAULT_DAYS, words: DEFAULT_DAYS },
    applies: ({ certificate }) => certificate === undefined,
  },
];

/** The questions that no flag has answered yet. */
export function openQuestions(flags: SetupFlags): AnyQuestion[] {
  return QUESTIONS.filter(({ name, applies }) => flags[name] === undefined && (applies?.(flags) ?? true));
}

/** The flags, with the default of each question that they leave open. */
export function withDefaults(flags: SetupFlags): SetupFlags {
  const open = openQuestions(flags).filter((question) => question.default);
  return { ...flags, ...Object.fromEntries(open.map((question) => [question.name, question.default?.of(flags)])) };
}

/** The line of a flag in `--help`. */
export function helpOf(name: keyof Asked): [flag: string, help: string] {
  const question = QUESTIONS.find((one) => one.name === name);
  if (!question) throw new Error(`there is no question of ${name}`);
  const { flag, help } = question;
  const words = question.default?.words;
  return [flag, words === undefined ? help : help.replace(/(?=\n|$)/, ` (default: ${words})`)];
}
