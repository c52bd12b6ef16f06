import { type Command, InvalidArgumentError } from '../../vendor/commander.js';
import type { ExitCode } from '../common/exit-codes.js';
import { featuresFlag } from '../common/features.js';
import { oneOf, pathFlag } from '../common/flag-values.js';
import type { Terminal } from '../common/terminal.js';
import type { SetupFlags } from './common/answers.js';
import {
  type AnswerCheck,
  addressAnswer,
  daysAnswer,
  filterAnswer,
  helpOf,
  idAnswer,
  nameAnswer,
} from './questions.js';

const HELP = `
Asks for what no flag says; with --yes, or where nobody can be asked, it does not.
Never overwrites anything. Writes, below --out:
  developer/       key, .env, the smallest program; stays where it will run
  entra-admin/     public certificate, scripts and steps to register it
  exchange-admin/  script and steps that keep it to its mailboxes, and prove it
  sign-off.md      one page for the audit
  one-administrator.md  the shortest way, if all of that is one person
The password of an encrypted --certificate is read from
AZURE_CLIENT_CERTIFICATE_PASSWORD, and written nowhere.

Exit codes:
  0   written
  1   something could not be written, or no sandbox was found
  2   an answer is missing or wrong, or something is there already
  78  the certificate given with --certificate cannot be used`;

/** `ended` gets the exit code. */
export function addSetupCommand(program: Command, terminal: Terminal, ended: (code: ExitCode) => void): void {
  program
    .command('setup')
    .description('make a key and certificate, and packets for the developer and both administrators')
    .option(...helpOf('mailbox'), addressesFlag)
    .option(...helpOf('deniedMailbox'), checked(addressAnswer))
    .option(...helpOf('group'), checked(addressAnswer))
    .option('--filter <filter>', 'a recipient filter instead of a group', checked(filterAnswer))
    .option(...helpOf('createMailbox'))
    .option(...helpOf('with'), featuresFlag)
    .option(...helpOf('name'), checked(nameAnswer))
    .option(...helpOf('days'), checked(daysAnswer))
    .option('--certificate <path>', 'a PEM (with key) or PFX of your own, instead of a new one', pathFlag)
    .option(...helpOf('legacyPolicy'))
    .option(
      '--cloud <name>',
      'global, usgov, usgov-dod or china (default: global)',
      oneOf('global', 'usgov', 'usgov-dod', 'china'),
    )
    .option('--tenant-id <id>', 'directory (tenant) id, when it is known', checked(idAnswer))
    .option('--client-id <id>', 'application (client) id of an app that exists', checked(idAnswer))
    .option('--object-id <id>', 'object id of its Enterprise application', checked(idAnswer))
    .option('--out <folder>', 'where the packets are written', pathFlag, 'graph-mailer')
    .option('--rotate', 'make the next certificate for the packets in --out')
    .option('--sandbox [address]', 'set up in a sandbox, by the address of its inbox page', urlFlag)
    .option('--yes', 'ask nothing')
    .addHelpText('after', HELP)
    .action(async (flags: SetupFlags) => {
      const { setupCommand } = await import('./setup-command.js');
      ended(await setupCommand(flags, terminal));
    });
}

function checked(check: AnswerCheck): (text: string) => string {
  return (text) => {
    const problem = check(text);
    if (problem !== undefined) throw new InvalidArgumentError(problem);
    return text;
  };
}

function addressesFlag(text: string, before: readonly string[] = []): string[] {
  const address = checked(addressAnswer)(text);
  return before.some((one) => one.toLowerCase() === address.toLowerCase()) ? [...before] : [...before, address];
}

function urlFlag(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('Expected the address of the inbox page, such as http://127.0.0.1:8025.');
}
