import { listed } from '../../bulk/report/words.js';
import type { Sender } from '../../bulk/sender.js';
import { fileWord, shellCommand } from '../../shell-quoting.js';
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
  platform: NodeJS.Platform = process.platform,
): void {
  const needed: [flag: string, given: readonly string[] | undefined, example: string][] = [
    ['--recipients', recipients === undefined ? undefined : [fileWord(recipients)], 'customers.csv'],
    ['--template', template === undefined ? undefined : [fileWord(template)], 'newsletter/'],
    ['--from', from?.map(senderText), 'Contoso News <news@contoso.com>'],
    ...(command === 'preview'
      ? [
          ['--out', out === undefined ? undefined : [fileWord(out)], 'preview'] as [
            string,
            string[] | undefined,
            string,
          ],
        ]
      : []),
  ];
  const missing = needed.flatMap(([flag, given]) => (given === undefined ? [flag] : []));
  if (missing.length === 0) return;
  const words = needed.flatMap(([flag, given, example]) => (given ?? [example]).flatMap((value) => [flag, value]));
  throw new UsageError(
    `${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing. For instance:\n  ${shellCommand(
      ['npx', 'nodemailer-graph-transport', 'bulk', command, ...words],
      platform,
    )}`,
  );
}

function senderText({ name, address }: Sender): string {
  if (name === undefined) return address;
  return /^[^"<>,;:()@\\[\]]+$/.test(name) ? `${name} <${address}>` : `${JSON.stringify(name)} <${address}>`;
}
