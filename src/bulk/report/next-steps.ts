import type { CommandWord, OwnCommands } from '../../own-commands.js';
import type { RunRecord } from '../journal/records.js';
import type { ReportTotals } from './totals.js';
import { counted } from './words.js';

/** Something to do about a run. */
export interface NextStep {
  what: string;
  why: string;
  commands: string[];
}

export interface RunSituation {
  totals: ReportTotals;
  /** The run folder. */
  folder: string;
  /** Those to print; without them the run goes on in the program that began it. */
  commands: OwnCommands | undefined;
  /** The suppression list that the run has. */
  suppress: string | undefined;
  /** Whether the Inbox was ever read for bounces. */
  bouncesRead: boolean;
  /** Whether mails went out through mailboxes that can be read. */
  canReadBounces: boolean;
}

/** How the command line began a run, as far as the commands that are printed about it need it. */
export interface BegunByCommand {
  /** The `.env` file, absolute; `false`: none was to be read. */
  envFile?: string | false;
  /** The suppression list, absolute. */
  suppress?: string;
}

/** `undefined` for a run that a program began with `sendBulk`, which no command goes on with. */
export function begunByCommand({ options }: Pick<RunRecord, 'options'>): BegunByCommand | undefined {
  return (options.about as { cli?: BegunByCommand } | undefined)?.cli;
}

/** What a person should do next, the most pressing first. Pure. */
export function nextSteps(situation: RunSituation): NextStep[] {
  const { totals, folder, commands, suppress, bouncesRead, canReadBounces } = situation;
  const bulk = (verb: string, ...words: CommandWord[]) =>
    commands ? [commands.configured('bulk', verb, { file: folder }, ...words)] : [];
  const program = (call: string) => (commands ? '' : ` The program that began the run does it: ${call}.`);
  const { delivery } = totals;
  const steps: (NextStep | false)[] = [
    totals.unknown > 0 && {
      what: `Find out about ${counted(totals.unknown, 'unknown mail')}`,
      why: `Each was on its way when the answer, or the process, was lost: it may have been sent. They are looked for in Sent Items, and none of them is sent. That needs the permission Mail.ReadBasic.All or Mail.Read.${commands ? ' With --trace in the place of --verify they are looked for in message trace, by the application that GRAPH_MAIL_TRACE_CLIENT_ID names.' : ''}${program("sendBulk() with resume: true and unknown: 'verify', or 'trace' for message trace")}`,
      commands: bulk('resume', '--verify'),
    },
    totals.unknown > 0 && {
      what: `Or send ${totals.unknown === 1 ? 'it' : 'them'} again, which somebody may then get twice`,
      why: `For mails that were looked for and not found, when a mail twice is better than none.${program("sendBulk() with resume: true and unknown: 'resend'")}`,
      commands: bulk('resume', '--resend-unknown'),
    },
    totals.left > 0 && {
      what: `Send ${totals.left === 1 ? 'the one that is' : `the ${counted(totals.left, 'mail')} that are`} left`,
      why: `Nobody gets a mail twice: what was sent, rejected or skipped is not touched.${program('sendBulk() with resume: true')}`,
      commands: bulk('resume'),
    },
    totals.rejectedAs.send > 0 && {
      what: `Try ${counted(totals.rejectedAs.send, 'rejected mail')} again`,
      why: `Once the cause in the table below is gone. They were surely not sent.${program('sendBulk() with resume: true and retryFailed: true')}`,
      commands: bulk('retry', '--failed'),
    },
    totals.rejectedAs.row > 0 && {
      what: `Correct ${counted(totals.rejectedAs.row, 'row')} of the recipients`,
      why: 'No mail could be made of them. Put the corrected rows into a file of their own and send that as a new run: this one only goes on with the file that it was begun with.',
      commands: [],
    },
    delivery.hard > 0 && {
      what: `Stop writing to ${counted(delivery.hard, 'address', 'addresses')}`,
      why: `Their mail servers say that they do not exist, or not any more.${commands ? ' The command appends them to a suppression list, for the next run.' : ' Put them on a suppression list, for the next run.'}`,
      commands: bulk('bounces', '--suppress', suppress === undefined ? 'suppressed.txt' : { file: suppress }),
    },
    delivery.failed > 0 && {
      what: `See why ${counted(delivery.failed, 'mail')} ${delivery.failed === 1 ? 'was' : 'were'} not delivered`,
      why: 'Message trace says that they failed, or that a filter keeps them back; they are in a table below. An Exchange administrator sees the cause in the message trace of the Exchange admin center, and can release what lies in quarantine.',
      commands: [],
    },
    canReadBounces &&
      delivery.pending + delivery.delayed > 0 && {
        what: bouncesRead ? 'Look for more bounces' : 'Look for bounces',
        why: `Mails that cannot be delivered come back to the Inbox of the sending mailbox, most within minutes, some after two days. Reading it needs the permission Mail.Read.${program('readBounces() and joinBounces()')}`,
        commands: bulk('bounces'),
      },
  ];
  return steps.filter((step) => step !== false);
}
