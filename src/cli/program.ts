import { isGraphMailError } from '../common/errors.js';
import { version } from '../common/version.js';
import { shown, shownName } from '../options/shown-value.js';
import { Command, CommanderError } from '../vendor/commander.js';
import { addBulkCommands } from './bulk/add-bulk-commands.js';
import { EXIT, type ExitCode, exitCodeOfError } from './common/exit-codes.js';
import { inFlags } from './common/in-flags.js';
import { type Terminal, wrapError } from './common/terminal.js';
import { printableLines } from './common/wording.js';
import { addDemoCommand } from './demo.js';
import { addDoctorCommand } from './doctor/doctor-command.js';
import { addSandboxCommand } from './sandbox/sandbox-command.js';
import { addSendCommand } from './send/send-command.js';
import { addSetupCommand } from './setup/add-setup-command.js';

/**
 * All commands and their flags. `ended` receives the exit code.
 * @internal
 */
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

/** Runs the command line `args` and returns the exit code. Errors are printed on stderr, in words. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = createProgram(terminal, (end) => {
    code = end;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    terminal.stderr.write(`${wrapError(explain(error), terminal)}\n`);
    return exitCodeOfError(error);
  }
}

/**
 * An error in words for a terminal: what happened and what to do, without a stack.
 * @internal
 */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return `Error: ${String(error)}`;
  const { hint } = error as { hint?: unknown };
  const inWords = isGraphMailError(error) ? inFlags : (text: string) => text;
  return printableLines(`Error: ${inWords(error.message)}${typeof hint === 'string' ? `\n  ${inWords(hint)}` : ''}`);
}

/**
 * Commander's errors without the values of flags, which it quotes: build logs keep them, and any of them may be a secret
 * that was given to the wrong flag.
 */
function withoutValues(text: string): string {
  return text
    .replace(
      /( argument| value) '([\s\S]*)'( from env '\w+')? is invalid/,
      (_, what, value, from = '') => `${what}${from}, ${shown(value)}, is invalid`,
    )
    .replace(/^(error: unknown option )'([\s\S]*?)'(?=\n)/, (_, start, flag) => `${start}${flagName(flag)}`)
    .replace(/^(error: unknown command )'([\s\S]*?)'(?=\n)/, (_, start, name) => `${start}${shownName(name)}`);
}

/** The flag of `--flag=value`. */
function flagName(flag: string): string {
  const [name = ''] = flag.split('=', 1);
  return /^--?[a-z][a-z-]{0,23}$/i.test(name) ? `'${name}'` : shownName(name);
}
