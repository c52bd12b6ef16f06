import { BulkInputError } from '../../bulk/common/errors.js';
import { listed } from '../../bulk/common/words.js';
import type { Sender } from '../../bulk/message/sender.js';
import { GraphMailError, isGraphMailError } from '../../common/errors.js';
import { OwnCommands } from '../../common/own-commands.js';
import type { Command } from '../../vendor/commander.js';
import { addEnvFileFlags, type GivenConfiguration, givenConfiguration } from '../common/configuration.js';
import { inWords } from '../common/configuration-errors.js';
import { EXIT_CODES_HELP, type ExitCode, UsageError } from '../common/exit-codes.js';
import * as flag from '../common/flag-values.js';
import { ownCommands, type Terminal } from '../common/terminal.js';
import { bouncesCommand } from './bounces-command.js';
import { inBulkFlags } from './mail-choices.js';
import { previewCommand } from './preview-command.js';
import { reportCommand } from './report-command.js';
import { resumeCommand, retryCommand } from './resume-command.js';
import { runCommand } from './run-command.js';
import { statusCommand } from './status-command.js';
import { traceCommand } from './trace-command.js';

/** `ended` receives the exit code of each command. */
export function addBulkCommands(program: Command, terminal: Terminal, ended: (code: ExitCode) => void): void {
  const bulk = program
    .command('bulk')
    .description('send a personal mail to each row of a file, each once, across crashes')
    .addHelpText('after', EXIT_CODES_HELP);

  const run = bulk.command('run').description('check all rows, then send');
  addEnvFileFlags(pacingFlags(mailFlags(run)))
    .option(
      '--mailbox <address>',
      'the mailbox that sends (default: GRAPH_MAIL_MAILBOX, else the address in --from)',
      flag.mailboxFlag,
    )
    .option('--suppress <file>', 'addresses and domains that get no mail, one a line', flag.pathFlag)
    .option('--allow-duplicates', 'send to an address again when a later row names it too')
    .option('--runs <folder>', runsHelp, flag.pathFlag, runsFolder)
    .option('--limit <n>', 'mails to send in this session at most', flag.countFlag)
    .option('--dry-run', 'check all rows and send nothing')
    .option('--test-to <address>', 'send the mails of the first rows to this address instead', flag.addressFlag)
    .option('--test-rows <n>', 'how many rows --test-to sends', flag.countFlag, 3)
    .option('--confirm <n>', 'the number of mails, for more than 500 where nobody can be asked', flag.confirmFlag)
    .option('--json', 'print events, one JSON object a line')
    .addHelpText('after', EXIT_CODES_HELP)
    .action(async (flags) => {
      refuseMissing('run', flags, commandsWith(flags));
      ended(await withFlagNames(runCommand(flags, configuredTerminal(terminal, flags))));
    });

  mailFlags(bulk.command('preview').description('write the mails of the first rows into a folder, to look at'))
    .option('--out <folder>', 'where they are written; needed', flag.pathFlag)
    .option('--count <n>', 'how many', flag.countFlag, 5)
    .action(async (flags) => {
      refuseMissing('preview', flags, ownCommands(terminal));
      ended(await withFlagNames(previewCommand(flags, terminal)));
    });

  const resume = ofRun(bulk.command('resume').description('go on with a run: send what is left'));
  addEnvFileFlags(sessionFlags(resume))
    .option('--retry-failed', 'send again what was rejected')
    .option('--verify', 'look in Sent Items for mails of unknown outcome (needs Mail.ReadBasic.All or Mail.Read)')
    .option('--trace', 'look in message trace for mails of unknown outcome (needs GRAPH_MAIL_TRACE_CLIENT_ID)')
    .option('--resend-unknown', 'send mails of unknown outcome again: some may arrive twice')
    .action(async (folder, flags) =>
      ended(await withFlagNames(resumeCommand(folder, flags, configuredTerminal(terminal, flags)))),
    );

  addEnvFileFlags(sessionFlags(ofRun(bulk.command('retry').description('send again what was rejected'))))
    .option('--failed', 'needed: says that this is meant')
    .action(async (folder, flags) =>
      ended(await withFlagNames(retryCommand(folder, flags, configuredTerminal(terminal, flags)))),
    );

  ofRun(bulk.command('status').description('where a run stands, also while it is in progress'))
    .option('--json', 'print one JSON object')
    .action(async (folder, flags) => ended(await statusCommand(folder, flags, terminal)));

  const bounces = ofRun(
    bulk
      .command('bounces')
      .description('read which mails came back, from the Inbox of the mailbox that sent (needs Mail.Read)'),
  );
  addEnvFileFlags(bounces)
    .option('--suppress <file>', 'append addresses at which nothing arrives to this suppression list', flag.pathFlag)
    .option(
      '--since <time>',
      'read the Inbox from this time on (default: where the last reading ended)',
      flag.sinceFlag,
    )
    .action(async (folder, flags) =>
      ended(await withFlagNames(bouncesCommand(folder, flags, configuredTerminal(terminal, flags)))),
    );

  const trace = ofRun(
    bulk
      .command('trace')
      .description('look up in message trace what became of each mail (needs GRAPH_MAIL_TRACE_CLIENT_ID)'),
  );
  addEnvFileFlags(trace).action(async (folder, flags) =>
    ended(await withFlagNames(traceCommand(folder, flags, configuredTerminal(terminal, flags)))),
  );

  ofRun(bulk.command('report').description('write the report of a run again, also while it is in progress')).action(
    async (folder, flags) => ended(await reportCommand(folder, flags, terminal)),
  );
}

/** Errors name the flags in place of the options of `sendBulk`. */
async function withFlagNames(command: Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await command;
  } catch (error) {
    if (isGraphMailError(error)) {
      const { hint } = error;
      const details = { ...error, cause: error.cause, hint: hint && inBulkFlags(hint) };
      throw new GraphMailError(inBulkFlags(error.message), details);
    }
    if (!(error instanceof BulkInputError)) throw error;
    throw new BulkInputError(inBulkFlags(error.message), { line: error.line, cause: error });
  }
}

/**
 * A terminal that connects as the configuration says, where a `.env` file adds to the environment.
 * @internal
 */
export function configuredTerminal(terminal: Terminal, { envFile }: Pick<GivenConfiguration, 'envFile'>): Terminal {
  const configuration = givenConfiguration(envFile === undefined ? {} : { envFile }, terminal);
  const { env, options, source, envFile: file } = configuration;
  const fromFile = Object.values(source).includes('.env');
  return {
    ...terminal,
    envFile: file,
    ...(fromFile && { env }),
    connect: (given) => {
      const mailbox = typeof given.mailbox === 'string' ? given.mailbox : undefined;
      return inWords(configuration, () => terminal.connect(fromFile ? { ...options, ...given } : given), mailbox);
    },
  };
}

/** Commands for a text that is printed before the `.env` file is read. */
function commandsWith({ envFile }: Pick<GivenConfiguration, 'envFile'>): OwnCommands {
  // Commander gives `true` for a `--no-` flag that was not used.
  return new OwnCommands({ envFile: envFile === true ? undefined : envFile });
}

/** Flags that a command requires. */
interface NeededFlags {
  recipients?: string | undefined;
  template?: string | undefined;
  from?: readonly Sender[] | undefined;
  /** For `preview`. */
  out?: string | undefined;
}

/**
 * Names everything that is missing at once, with an example. What was given is not repeated: it may be a secret that was given
 * to the wrong flag.
 * @throws UsageError
 */
function refuseMissing(
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

const runsFolder = 'mail-runs';

const runsHelp = 'where run folders are kept';

/** Adds what names a run that was begun. */
function ofRun(command: Command): Command {
  return command
    .argument('[run]', 'its id, such as 1a2b3c4d5e6f, or its folder')
    .option('--runs <folder>', runsHelp, flag.pathFlag, runsFolder);
}

/** Adds the flags for what the mails are made of. */
function mailFlags(command: Command): Command {
  return command
    .option('--template <folder>', 'subject.hbs, html.hbs, text.hbs, partials/, attachments/; needed', flag.pathFlag)
    .option('--recipients <file>', 'CSV or JSON Lines with a column "email"; needed', flag.pathFlag)
    .option('--email-column <name>', 'the column of the addresses, where it is not found by its name', flag.textFlag)
    .option('--from <sender>', '"Name <a@b>"; needed; may be repeated: rows go from whichever is free', flag.senderFlag)
    .option('--attachments <folder>', 'where the files named in the column "attachments" are', flag.pathFlag)
    .option(
      '--unsubscribe-url <template>',
      'https address for List-Unsubscribe, for instance https://x.example/{{id}}',
      flag.textFlag,
    )
    .option('--unsubscribe-mailto <template>', 'address for List-Unsubscribe', flag.textFlag)
    .option('--list-id <id>', 'List-Id, such as news.example.com', flag.textFlag)
    .option('--header <header>', "'Name: value' for every mail; may be repeated", flag.headerFlag);
}

/** Adds the flags that each session of a run may set anew. */
function pacingFlags(command: Command): Command {
  return command
    .option('--rate <n|none>', 'mails a minute from each mailbox (default: 30)', flag.limitFlag)
    .option('--per-day <n|none>', 'recipients in 24 hours from each mailbox (default: 10000)', flag.limitFlag)
    .option('--over-days', 'go on over more than a day where the allowance of one is not enough')
    .option(
      '--delivery <way>',
      'direct, or draft (needs Mail.ReadWrite): exactly one submission',
      flag.oneOf('direct', 'draft'),
    )
    .option(
      '--on-unknown <way>',
      'fail, or verify (needs Mail.ReadBasic.All or Mail.Read)',
      flag.oneOf('fail', 'verify'),
    )
    .option(
      '--max-errors <n|n%|none>',
      'failed mails after which the run pauses (default: 20 or 5 %)',
      flag.maxErrorsFlag,
    );
}

function sessionFlags(command: Command): Command {
  return pacingFlags(command)
    .option('--limit <n>', 'mails to send in this session at most', flag.countFlag)
    .option(
      '--take-over',
      'take the run from a process that you know to have ended, where that cannot be seen from here',
    )
    .option('--confirm <n>', 'the number of mails, where it must be confirmed', flag.confirmFlag)
    .option('--json', 'print events, one JSON object a line')
    .addHelpText('after', EXIT_CODES_HELP);
}
