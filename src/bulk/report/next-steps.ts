import { fileWord, shellCommand } from '../../shell-quoting.js';
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
  /** The run folder, as commands name it. */
  folder: string;
  /** Whether the Inbox was ever read for bounces. */
  bouncesRead: boolean;
  /** Whether mails went out through mailboxes that can be read. */
  canReadBounces: boolean;
  platform: NodeJS.Platform;
}

/** What a person should do next, the most pressing first. Pure. */
export function nextSteps({ totals, folder, bouncesRead, canReadBounces, platform }: RunSituation): NextStep[] {
  const bulk = (...words: string[]) => shellCommand(['npx', 'nodemailer-graph-transport', 'bulk', ...words], platform);
  const run = fileWord(folder);
  const { delivery } = totals;
  const steps: (NextStep | false)[] = [
    totals.unknown > 0 && {
      what: `Find out about ${counted(totals.unknown, 'unknown mail')}`,
      why: 'Each was on its way when the answer, or the process, was lost: it may have been sent. The command looks for them in Sent Items and sends none of them. It needs the permission Mail.ReadBasic.All or Mail.Read. With --trace in the place of --verify it looks in message trace, by the application that GRAPH_MAIL_TRACE_CLIENT_ID names.',
      commands: [bulk('resume', run, '--verify')],
    },
    totals.unknown > 0 && {
      what: `Or send ${totals.unknown === 1 ? 'it' : 'them'} again, which somebody may then get twice`,
      why: 'For mails that were looked for and not found, when a mail twice is better than none.',
      commands: [bulk('resume', run, '--resend-unknown')],
    },
    totals.left > 0 && {
      what: `Send ${totals.left === 1 ? 'the one that is' : `the ${counted(totals.left, 'mail')} that are`} left`,
      why: 'Nobody gets a mail twice: what was sent, rejected or skipped is not touched.',
      commands: [bulk('resume', run)],
    },
    totals.rejectedAs.send > 0 && {
      what: `Try ${counted(totals.rejectedAs.send, 'rejected mail')} again`,
      why: 'Once the cause in the table below is gone. They were surely not sent.',
      commands: [bulk('retry', run, '--failed')],
    },
    totals.rejectedAs.row > 0 && {
      what: `Correct ${counted(totals.rejectedAs.row, 'row')} of the recipients`,
      why: 'No mail could be made of them. Put the corrected rows into a file of their own and send that as a new run: this one only goes on with the file that it was begun with.',
      commands: [],
    },
    delivery.hard > 0 && {
      what: `Stop writing to ${counted(delivery.hard, 'address', 'addresses')}`,
      why: 'Their mail servers say that they do not exist, or not any more. The command appends them to a suppression list, for the next run.',
      commands: [bulk('bounces', run, '--suppress', 'suppressed.txt')],
    },
    delivery.failed > 0 && {
      what: `See why ${counted(delivery.failed, 'mail')} ${delivery.failed === 1 ? 'was' : 'were'} not delivered`,
      why: 'Message trace says that they failed, or that a filter keeps them back; they are in a table below. An Exchange administrator sees the cause in the message trace of the Exchange admin center, and can release what lies in quarantine.',
      commands: [],
    },
    canReadBounces &&
      delivery.pending + delivery.delayed > 0 && {
        what: bouncesRead ? 'Look for more bounces' : 'Look for bounces',
        why: 'Mails that cannot be delivered come back to the Inbox of the sending mailbox, most within minutes, some after two days. Reading it needs the permission Mail.Read.',
        commands: [bulk('bounces', run)],
      },
  ];
  return steps.filter((step) => step !== false);
}
