import { cancel, confirm, intro, isCancel, select, text } from '../../vendor/clack.js';
import { UsageError } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import { type AnswerCheck, addressAnswer, daysAnswer, nameAnswer } from './answer-checks.js';
import { DEFAULT_DAYS, DEFAULT_NAME } from './settle-answers.js';
import type { SetupFlags } from './setup-flags.js';

/** What flags are refused for at the end is refused in its place here: nobody answers six questions for nothing. */
const anotherAddress =
  (taken: readonly string[], problem: string): AnswerCheck =>
  (text) =>
    addressAnswer(text) ?? (taken.some((one) => one.toLowerCase() === text.toLowerCase()) ? problem : undefined);

type Streams = Pick<Terminal, 'stdin' | 'stdout'>;

/**
 * Asks for what the flags leave open.
 * @throws UsageError when somebody leaves by Ctrl-C; nothing has been written then
 */
export async function askMissing(flags: SetupFlags, terminal: Streams): Promise<SetupFlags> {
  // The streams of a terminal are those of Node.
  const streams = { input: terminal.stdin as typeof process.stdin, output: terminal.stdout as typeof process.stdout };
  const settled = async <T>(answer: Promise<T>): Promise<Exclude<T, symbol>> => {
    const given = await answer;
    if (isCancel(given)) {
      cancel('Nothing was written.', streams);
      throw new UsageError('setup was left before its questions were answered. Nothing was written.');
    }
    return given as Exclude<T, symbol>;
  };
  const ask = (message: string, check: AnswerCheck, more: { placeholder?: string; defaultValue?: string } = {}) =>
    settled(
      text({
        ...streams,
        message,
        ...more,
        validate: (value) => (value || more.defaultValue === undefined ? check(value ?? '') : undefined),
      }),
    );

  intro('Mail through Microsoft Graph: packets for three people', streams);
  const answers: SetupFlags = { ...flags };
  answers.mailbox ??= [
    await ask('Which mailbox sends? A shared mailbox is right.', addressAnswer, { placeholder: 'noreply@contoso.com' }),
  ];
  const domain = answers.mailbox[0]?.split('@')[1] ?? 'contoso.com';
  answers.createMailbox ??= await settled(
    confirm({ ...streams, message: 'Should it be made, if it is missing?', initialValue: false }),
  );
  answers.deniedMailbox ??= await ask(
    'Which mailbox must stay out of reach? Its refusal is half of the proof.',
    anotherAddress(answers.mailbox, 'That one may send: the proof needs another one.'),
    { placeholder: `director@${domain}` },
  );
  // A recipient filter is for RBAC for Applications alone, and takes the place of a group.
  if (answers.filter === undefined) {
    answers.legacyPolicy ??= await settled(
      select({
        ...streams,
        message: 'How is the application kept to its mailboxes?',
        options: [
          { value: false, label: 'RBAC for Applications', hint: 'Exchange grants the right, Entra nothing' },
          {
            value: true,
            label: 'Application access policy',
            hint: 'older; Entra grants Mail.Send, Exchange narrows it',
          },
        ],
      }),
    );
    const defaultValue = `graph-mailers@${domain}`;
    answers.group ??= await ask(
      'Which mail-enabled security group holds the mailboxes that may send? It is made if missing.',
      anotherAddress(
        [...answers.mailbox, answers.deniedMailbox],
        'That is a mailbox: a group has an address of its own.',
      ),
      { placeholder: defaultValue, defaultValue },
    );
  }
  answers.name ??= await ask('What is the application called?', nameAnswer, {
    placeholder: DEFAULT_NAME,
    defaultValue: DEFAULT_NAME,
  });
  if (answers.certificate === undefined) {
    answers.days ??= await ask('For how many days is its certificate valid?', daysAnswer, {
      placeholder: DEFAULT_DAYS,
      defaultValue: DEFAULT_DAYS,
    });
  }
  return answers;
}
