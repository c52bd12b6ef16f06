import { addressProblem } from '../../bulk/common/email-address.js';
import { isGuid } from '../../common/canonical-address.js';
import { OwnCommands } from '../../common/own-commands.js';
import { UsageError } from '../common/exit-codes.js';
import { FEATURE_WORDS, FEATURES, type Feature } from '../common/features.js';
import type { Answers, Scope, SetupFlags } from './common/answers.js';

/** What can be answered to a question instead of by a flag. */
export type Asked = Pick<
  SetupFlags,
  'mailbox' | 'createMailbox' | 'deniedMailbox' | 'legacyPolicy' | 'group' | 'with' | 'name' | 'days'
>;

/** The value where neither a flag nor an answer gives one. */
interface Default<Value> {
  of: (flags: SetupFlags) => Value;
  /** In `--help`; left out where it is obvious. */
  words?: string;
}

/** One thing that setup needs to know: its flag, question and default. */
interface Question<Name extends keyof Asked> {
  name: Name;
  flag: string;
  /** In `--help`, and where it is missing. */
  help: string;
  question: string;
  why: string;
  /** How it is asked; a text is checked like the flag, and against earlier answers. */
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

/** What contradicting flags are refused for is refused here at once, before the next questions are asked. */
const anotherAddress =
  (taken: readonly (string | undefined)[], problem: string): AnswerCheck =>
  (text) =>
    addressAnswer(text) ?? (taken.some((one) => one?.toLowerCase() === text.toLowerCase()) ? problem : undefined);

// A recipient filter is for RBAC for Applications alone, and replaces a group.
const withoutFilter = ({ filter }: SetupFlags) => filter === undefined;

/** @internal */
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
function withDefaults(flags: SetupFlags): SetupFlags {
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

/**
 * Combines flags, answers and defaults.
 * @throws UsageError that names each flag that is missing, or those that contradict each other
 */
export function settleAnswers(given: SetupFlags): Answers {
  const flags = withDefaults(given);
  const missing = openQuestions(flags).map(({ flag, help }) => `${flag}\n      ${help}`);
  const [mailbox, ...others] = flags.mailbox ?? [];
  const { deniedMailbox } = flags;
  if (missing.length > 0 || mailbox === undefined || deniedMailbox === undefined) {
    const example = new OwnCommands().plain(
      ...['setup', '--yes', '--mailbox', mailbox ?? 'noreply@contoso.com'],
      ...['--denied-mailbox', deniedMailbox ?? 'director@contoso.com'],
    );
    throw new UsageError(
      `setup needs, where nobody can be asked:\n  ${missing.join('\n  ')}\nFor instance:\n  ${example}\nNothing was written.`,
    );
  }
  const mailboxes: [string, ...string[]] = [mailbox, ...others];
  refuseContradictions(flags, mailboxes, deniedMailbox);
  return {
    mode: flags.legacyPolicy ? 'policy' : 'rbac',
    name: flags.name ?? DEFAULT_NAME,
    mailboxes,
    deniedMailbox,
    scope: scopeOf(flags),
    createMailbox: flags.createMailbox ?? false,
    cloud: flags.cloud ?? 'global',
    features: flags.with,
    tenantId: flags.tenantId,
    clientId: flags.clientId,
    objectId: flags.objectId,
  };
}

function scopeOf({ group, filter }: SetupFlags): Scope {
  return group === undefined ? { kind: 'filter', filter: filter ?? '' } : { kind: 'group', address: group };
}

function refuseContradictions(
  { group, filter, legacyPolicy, certificate, days, clientId, objectId, cloud = 'global', with: more }: SetupFlags,
  mailboxes: readonly string[],
  denied: string,
): void {
  const same = (a: string | undefined, b: string | undefined) => a?.toLowerCase() === b?.toLowerCase();
  const refuse = (text: string) => {
    throw new UsageError(`${text} Nothing was written.`);
  };
  if (group !== undefined && filter !== undefined) refuse('--group and --filter contradict each other: give one.');
  if (legacyPolicy && filter !== undefined) {
    refuse('--filter is for RBAC for Applications; an application access policy (--legacy-policy) takes a --group.');
  }
  if (mailboxes.some((one) => same(one, denied))) {
    refuse(`--denied-mailbox ${denied} is also one that may send: the proof needs another one.`);
  }
  if (group !== undefined && [...mailboxes, denied].some((one) => same(one, group))) {
    refuse(`--group ${group} is also given as a mailbox: a group has an address of its own.`);
  }
  if (certificate !== undefined && days !== undefined) {
    refuse('--days is for a new certificate; that of --certificate has its end already.');
  }
  if (more?.includes('trace') && cloud !== 'global') {
    refuse(`--with trace is for the worldwide cloud: message trace is not in the cloud ${cloud}.`);
  }
  if (objectId !== undefined && same(clientId, objectId)) {
    refuse('--object-id is the same as --client-id: it is the Object ID on the page of the Enterprise application.');
  }
}

/** What is wrong with an answer, as a sentence; `undefined` when nothing is. The same for flags and questions. */
export type AnswerCheck = (text: string) => string | undefined;

const hasControls = (text: string) => /\p{Cc}|\p{Surrogate}|[\u2028\u2029]/u.test(text);

export const addressAnswer: AnswerCheck = (text) => {
  const problem = addressProblem(text);
  return problem === undefined ? undefined : `The address ${problem}.`;
};

/** Azure CLI reads a file for a value that begins with `@`, and takes one that begins with `-` for a flag. */
export const nameAnswer: AnswerCheck = (text) => {
  if (text.trim() !== text || text === '') return 'Expected a name, without spaces around it.';
  if (hasControls(text)) return 'The name holds a line break or another control character.';
  if (/^[-@]/.test(text)) return 'The name must not begin with "-" or "@".';
  // RFC 5280, ub-common-name: the certificate carries the name.
  return [...text].length > 64 ? 'Expected a name of 64 characters at most.' : undefined;
};

export const filterAnswer: AnswerCheck = (text) => {
  if (text.trim() === '') return "Expected a recipient filter, such as CustomAttribute1 -eq 'graph-mailer'.";
  return hasControls(text) ? 'The filter holds a line break or another control character.' : undefined;
};

/** App management policies of many tenants allow a year or two; after ten, a certificate would be forgotten. */
export const daysAnswer: AnswerCheck = (text) => {
  const days = Number(text);
  return /^\d{1,4}$/.test(text) && days >= 1 && days <= 3650 ? undefined : 'Expected a number of days from 1 to 3650.';
};

export const idAnswer: AnswerCheck = (text) =>
  isGuid(text) ? undefined : 'Expected a GUID, such as 11111111-2222-3333-4444-555555555555.';
