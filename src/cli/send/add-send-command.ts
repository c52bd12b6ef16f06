import type { Command } from '../../vendor/commander.js';
import { addConfigurationFlags, addMailboxFlag } from '../common/configuration-flags.js';
import type { ExitCode } from '../common/exit-codes.js';
import { oneOf, pathFlag, textFlag } from '../common/flag-values.js';
import type { Terminal } from '../common/terminal.js';
import { sendCommand } from './send-command.js';
import * as flag from './send-flags.js';
import { SEND_EXIT_CODES_HELP } from './send-report.js';

/** `ended` is told the exit code. */
export function addSendCommand(program: Command, terminal: Terminal, ended: (code: ExitCode) => void): void {
  const send = program
    .command('send')
    .description('send one mail, and tell what became of it')
    .argument('[-]', 'read the text from stdin')
    .option('--to <addresses>', '"Name <a@b>", several with commas; may be repeated', flag.addressesFlag)
    .option('--cc <addresses>', 'the same for Cc', flag.addressesFlag)
    .option('--bcc <addresses>', 'the same for Bcc', flag.addressesFlag)
    .option('--from <sender>', '"Name <a@b>" (default: the mailbox)', flag.fromFlag)
    .option('--reply-to <addresses>', 'where answers go', flag.addressesFlag)
    .option('--subject <text>', 'the subject', flag.subjectFlag)
    .option('--text <text>', 'the text, or @ and a file in UTF-8')
    .option('--html <html>', 'the HTML, or @ and a file in UTF-8', textFlag)
    .option('--attach <file>', 'a file to attach; may be repeated', flag.oneMorePath)
    .option('--header <header>', "'Name: value'; may be repeated", flag.extraHeaderFlag)
    .option('--raw <file>', 'a whole MIME message instead of all these, or - for stdin', pathFlag);
  addConfigurationFlags(addMailboxFlag(send))
    .option(
      '--delivery <way>',
      'direct, or draft (needs Mail.ReadWrite): exactly one submission',
      oneOf('direct', 'draft'),
    )
    .option('--on-unknown <way>', 'fail, or verify (needs Mail.ReadBasic.All or Mail.Read)', oneOf('fail', 'verify'))
    .option('--large-messages <way>', 'reject, or upload (needs Mail.ReadWrite)', oneOf('reject', 'upload'))
    .option('--dry-run', 'print the MIME that would go up, and send nothing')
    .option('--json', 'print one JSON object')
    .addHelpText('after', SEND_EXIT_CODES_HELP)
    .action(async (word: string | undefined, flags: flag.SendFlags) => ended(await sendCommand(word, flags, terminal)));
}
