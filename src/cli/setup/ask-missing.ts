import { cancel, confirm, intro, isCancel, multiselect, select, text } from '../../vendor/clack.js';
import { UsageError } from '../common/exit-codes.js';
import type { Terminal } from '../common/terminal.js';
import type { SetupFlags } from './common/answers.js';
import { type AnyQuestion, openQuestions } from './questions.js';

type Streams = Pick<Terminal, 'stdin' | 'stdout'>;

/**
 * Asks for what the flags leave open. A default is filled in, to be accepted or changed; an example is only shown.
 * @throws UsageError when the user leaves with Ctrl-C; nothing has been written then
 */
export async function askMissing(flags: SetupFlags, terminal: Streams): Promise<SetupFlags> {
  // The streams of a terminal are those of Node.
  const streams = { input: terminal.stdin as typeof process.stdin, output: terminal.stdout as typeof process.stdout };
  intro('Mail through Microsoft Graph: packets for three people', streams);
  let answers: SetupFlags = { ...flags };
  for (const question of openQuestions(flags)) {
    const answer = await ask(question, answers, streams);
    if (isCancel(answer)) {
      cancel('Nothing was written.', streams);
      throw new UsageError('setup was left before its questions were answered. Nothing was written.');
    }
    answers = { ...answers, [question.name]: question.name === 'mailbox' ? [answer] : answer };
  }
  return answers;
}

function ask(
  { question, why, form, default: usual }: AnyQuestion,
  answers: SetupFlags,
  streams: { input: typeof process.stdin; output: typeof process.stdout },
): Promise<unknown> {
  const message = `${question} ${why}`;
  const initial = usual?.of(answers);
  switch (form.kind) {
    case 'confirm':
      return confirm({ ...streams, message, initialValue: initial === true });
    case 'choice':
      return select({ ...streams, message, options: [...form.options], initialValue: initial === true });
    case 'several': {
      const options = form.options(answers);
      const initialValues = options.map(({ value }) => value).filter((value) => [initial].flat().includes(value));
      return multiselect({ ...streams, message, options: [...options], initialValues, required: false });
    }
    case 'text': {
      const check = form.check(answers);
      const example = form.example?.(answers);
      return text({
        ...streams,
        message,
        ...(typeof initial === 'string' && { initialValue: initial }),
        ...(example !== undefined && { placeholder: `for example ${example}` }),
        validate: (value) => check(value ?? ''),
      });
    }
  }
}
