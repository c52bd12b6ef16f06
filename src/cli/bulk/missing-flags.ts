import { listed } from '../../bulk/common/words.js';
import type { Sender } from '../../bulk/message/sender.js';
import type { OwnCommands } from '../../common/own-commands.js';
import { UsageError } from '../common/exit-codes.js';

/** What a command cannot do without. */
export interface NeededFlags {
  recipients?: string | undefined;
  template?: string | undefined;
  from?: readonly Sender[] | undefined;
  /** Of `preview`. */
  out?: string | undefined;
}

/**
 * Names everything that is missing at once, with an example. What was given is not repeated in it: it may be a secret in the
 * wrong place.
 * @throws UsageError
 */
export function refuseMissing(
  command: 'run' | 'preview',
  { recipients, template, from, out }: NeededFlags,
  commands: OwnCommands,
): void {
  const needed: [flag: string, given: unknown, example: string][] = [
    ['--recipients', recipients, 'customers.csv'],
    ['--template', template, 'newsletter/'],
    ['--from', from, 'Contoso News <news@contoso.com>'],
  ];
  if (command === 'preview') needed.push(['--out', out, 'preview']);
  const missing = needed.flatMap(([flag, given]) => (given === undefined ? [flag] : []));
  if (missing.length === 0) return;
  const words = needed.flatMap(([flag, , example]) => [flag, example]);
  const whole =
    command === 'run' ? commands.configured('bulk', 'run', ...words) : commands.plain('bulk', command, ...words);
  throw new UsageError(`${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing. For instance:\n  ${whole}`);
}
