import { version } from '../common/version.js';
import { Command, CommanderError } from '../vendor/commander.js';
import { addBulkCommands } from './bulk/add-bulk-commands.js';
import { EXIT, type ExitCode, exitCodeOfError } from './common/exit-codes.js';
import { type Terminal, wrapError } from './common/terminal.js';
import { addDemoCommand } from './demo.js';
import { addDoctorCommand } from './doctor/doctor-command.js';
import { explain } from './explain.js';
import { addSandboxCommand } from './sandbox/sandbox-command.js';
import { addSendCommand } from './send/add-send-command.js';
import { addSetupCommand } from './setup/add-setup-command.js';
import { withoutValues } from './usage-errors.js';

/** All commands and their flags. `ended` is told the exit code. */
export function createProgram(terminal: Terminal, ended: (code: ExitCode) => void): Command {
  const program = new Command('nodemailer-graph-transport')
    .description(
      'Nodemailer through Microsoft Graph: set it up, check it, send one mail or thousands, try it on a sandbox.',
    )
    .version(version)
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => write(withoutValues(text)),
    });
  addSendCommand(program, terminal, ended);
  addBulkCommands(program, terminal, ended);
  addDoctorCommand(program, terminal, ended);
  addSetupCommand(program, terminal, ended);
  addSandboxCommand(program);
  addDemoCommand(program, terminal, ended);
  return program;
}

/** Runs the command line `args`, and gives the exit code. What went wrong is told on stderr, in words. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = createProgram(terminal, (end) => {
    code = end;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has told it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.stderr.write(`${wrapError(explain(error), terminal)}\n`);
    return exitCodeOfError(error);
  }
}
