import { listed } from '../../bulk/report/words.js';
import type { Sender } from '../../bulk/sender.js';
import type { CommandWord, OwnCommands } from '../../own-commands.js';
import { UsageError } from '../exit-codes.js';

/** What a command cannot do without. */
export interface NeededFlags {
  recipients?: string | undefined;
  template?: string | undefined;
  from?: readonly Sender[] | undefined;
  /** Of `preview`. */
  out?: string | undefined;
}

/**
 * Names everything that is missing at once, with a command in which what was given stands already.
 * @throws UsageError
 */
export function refuseMissing(
  command: 'run' | 'preview',
  { recipients, template, from, out }: NeededFlags,
  commands: OwnCommands,
): void {
  const file = (path: string | undefined) => (path === undefined ? undefined : [{ file: path }]);
  const needed: [flag: string, given: readonly CommandWord[] | undefined, example: string][] = [
    ['--recipients', file(recipients), 'customers.csv'],
    ['--template', file(template), 'newsletter/'],
    ['--from', from?.map(senderText), 'Contoso News <news@contoso.com>'],
  ];
  if (command === 'preview') needed.push(['--out', file(out), 'preview']);
  const missing = needed.flatMap(([flag, given]) => (given === undefined ? [flag] : []));
  if (missing.length === 0) return;
  const words = needed.flatMap(([flag, given, example]) => (given ?? [example]).flatMap((value) => [flag, value]));
  const whole =
    command === 'run' ? commands.configured('bulk', 'run', ...words) : commands.plain('bulk', command, ...words);
  throw new UsageError(`${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing. For instance:\n  ${whole}`);
}

function senderText({ name, address }: Sender): string {
  if (name === undefined) return address;
  return /^[^"<>,;:()@\\[\]]+$/.test(name) ? `${name} <${address}>` : `${JSON.stringify(name)} <${address}>`;
}
