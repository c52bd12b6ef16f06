import { type CommandWord, OwnCommands } from '../../common/own-commands.js';
import { counted } from '../common/words.js';
import type { RunRecord } from '../journal/records.js';
import type { ReportTotals } from './totals.js';

/** Something to do about a run. */
interface NextStep {
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
  /** Why the last session ended, as far as that is known. */
  ended?: string | undefined;
  /** Whether a process is sending. */
  inProgress?: boolean | undefined;
  /** What the command that gives this advice has done: it must not be advised as if it had not been tried. */
  just?: JustDone | undefined;
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

export interface JustDone {
  /** Unknown mails were looked for. */
  lookedIn?: 'sent-items' | 'trace' | undefined;
  /** And that could not be done; the rest of the run was not tried. */
  couldNotLook?: boolean | undefined;
  /** The Inbox was read for bounces. */
  readBounces?: boolean | undefined;
  /** Addresses at which nothing arrives were appended to a suppression list. */
  suppressed?: boolean | undefined;
}

/** What has to happen before it makes sense to go on, by the end of the last session. */
const conditions: Readonly<Record<string, string>> = {
  'max-errors': 'Once it is clear why so many failed',
  refused: 'Once what stopped it is put right',
  temporary: 'Later, once the service can be reached',
  journal: 'Once the journal can be written again',
};

/**
 * What a user should do next, the most pressing first. What would end as it has just ended is advised under a condition
 * only, which says what has to happen before. Pure.
 */
export function nextSteps(situation: RunSituation): NextStep[] {
  const { totals, folder, commands, suppress, bouncesRead, canReadBounces } = situation;
  const { ended = '', just = {} } = situation;
  const bulk = (verb: string, ...words: CommandWord[]) =>
    commands ? [commands.configured('bulk', verb, { file: folder }, ...words)] : [];
  const program = (call: string) => (commands ? '' : ` The program that began the run does it: ${call}.`);
  if (situation.inProgress) {
    return [
      {
        what: 'Nothing yet, it is in progress: see how it is getting on',
        why: 'A process is sending. When it has ended, this report can be made again.',
        commands: [(commands ?? new OwnCommands()).plain('bulk', 'status', { file: folder })],
      },
    ];
  }
  const { delivery } = totals;
  const condition = just.couldNotLook ? undefined : conditions[ended];
  const which = totals.left === 1 ? 'the one that is' : `the ${counted(totals.left, 'mail')} that are`;
  const steps: (NextStep | false)[] = [
    totals.unknown > 0 && findOut(totals.unknown, just, bulk, program),
    totals.unknown > 0 && {
      what: `Or send ${totals.unknown === 1 ? 'it' : 'them'} again, which somebody may then get twice`,
      why: `For mails that were looked for and not found, when a mail twice is better than none.${program("sendBulk() with resume: true and unknown: 'resend'")}`,
      commands: bulk('resume', '--resend-unknown'),
    },
    totals.left > 0 && {
      what: condition === undefined ? `Send ${which} left` : `${condition}, send ${which} left`,
      why: `Nobody gets a mail twice: what was sent, rejected or skipped is not touched.${program('sendBulk() with resume: true')}`,
      commands: bulk('resume'),
    },
    totals.rejectedAs.send > 0 && {
      what: `Once the cause is put right, try ${counted(totals.rejectedAs.send, 'rejected mail')} again`,
      why: `The cause is in the table below. They were surely not sent.${program('sendBulk() with resume: true and retryFailed: true')}`,
      commands: bulk('retry', '--failed'),
    },
    totals.rejectedAs.row > 0 && {
      what: `Correct ${counted(totals.rejectedAs.row, 'row')} of the recipients`,
      why: 'No mail could be made of them. Put the corrected rows into a file of their own and send that as a new run: this one only goes on with the file that it was begun with.',
      commands: [],
    },
    delivery.hard > 0 &&
      !just.suppressed && {
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
      delivery.pending + delivery.delayed > 0 &&
      (just.readBounces
        ? {
            what: 'Read the bounces again tomorrow: some come back after two days only',
            why: 'The same command reads on from where it ended.',
            commands: [],
          }
        : {
            what: bouncesRead ? 'Look for more bounces' : 'Look for bounces',
            why: `Mails that cannot be delivered come back to the Inbox of the sending mailbox, most within minutes, some after two days. Reading it needs the permission Mail.Read.${program('readBounces() and joinBounces()')}`,
            commands: bulk('bounces'),
          }),
  ];
  return steps.filter((step) => step !== false);
}

/** Where unknown mails can be looked for that they were not looked for just now. */
function findOut(
  unknown: number,
  just: JustDone,
  bulk: (verb: string, ...words: CommandWord[]) => string[],
  program: (call: string) => string,
): NextStep {
  const mails = counted(unknown, 'unknown mail');
  const trace =
    'Message trace is searched by the application that GRAPH_MAIL_TRACE_CLIENT_ID names, and knows a mail minutes after it was sent, at times later.';
  if (just.lookedIn !== undefined && just.couldNotLook) {
    const flag = just.lookedIn === 'trace' ? '--trace' : '--verify';
    return {
      what: `Once ${unknown === 1 ? 'it' : 'they'} can be looked for, find out about ${mails}`,
      why: 'What kept it from looking is told above.',
      commands: bulk('resume', flag),
    };
  }
  if (just.lookedIn === 'trace') {
    return {
      what: `Search message trace for ${mails} again in an hour: it may not know ${unknown === 1 ? 'it' : 'them'} yet`,
      why: trace,
      commands: [],
    };
  }
  if (just.lookedIn === 'sent-items') {
    return {
      what: `Search message trace for ${mails}, which ${unknown === 1 ? 'is' : 'are'} not in Sent Items`,
      why: `That a mail is not in Sent Items proves nothing: somebody may have moved it. ${trace}`,
      commands: bulk('resume', '--trace'),
    };
  }
  return {
    what: `Find out about ${mails}`,
    why: `Each was on its way when the answer, or the process, was lost: it may have been sent. They are looked for in Sent Items, and none of them is sent. That needs the permission Mail.ReadBasic.All or Mail.Read.${program("sendBulk() with resume: true and unknown: 'verify', or 'trace' for message trace") || ' With --trace in the place of --verify they are looked for in message trace, by the application that GRAPH_MAIL_TRACE_CLIENT_ID names.'}`,
    commands: bulk('resume', '--verify'),
  };
}
