import { hostname } from 'node:os';
import type { Clock } from '../../common/clock.js';
import { isGraphMailError } from '../../common/errors.js';
import { AddressSet } from '../common/address-set.js';
import type { BulkEnding, BulkResult } from '../common/bulk-results.js';
import { JournalError } from '../common/errors.js';
import type { FileOperations } from '../common/file-operations.js';
import { graphTransporterOf } from '../common/graph-transporter.js';
import type { Machine } from '../journal/lock-holder.js';
import { createRowComposer } from '../message/compose-row.js';
import { mailboxOfMessage, mailboxOfSender } from '../message/sender.js';
import { openSuppressionList } from '../suppression/suppression-list.js';
import { tracingTransporterOf } from '../trace/search-trace.js';
import type { BulkOptions } from './bulk-options.js';
import { classifyFailure } from './classify-failure.js';
import { MailboxQueues } from './mailbox-queues.js';
import { type OpenRun, openRun } from './open-run.js';
import { restorePace } from './restore-pace.js';
import type { ResultQueue } from './result-queue.js';
import { RowsToSend } from './rows-to-send.js';
import { asBegun, identifyRun, openInput, type RunIdentity } from './run-input.js';
import { SendLoop } from './send-loop.js';
import { errorThreshold, type RunSettings, settleSettings } from './settings.js';
import { settleByTrace, settleEarlier, suppressedDrafts } from './settle-earlier.js';
import { rowsKnown } from './totals.js';

/** What a run needs beside its options. */
interface PrepareContext {
  clock: Clock;
  files: FileOperations | undefined;
  machine: Machine | undefined;
  /** Ends what is in flight. */
  signal: AbortSignal;
  results: ResultQueue<BulkResult>;
  /** Called as soon as the run is open, so that it is closed whatever happens then. */
  opened: (run: OpenRun, sendLoop: SendLoop, prepared: PreparedRun) => void;
  onResult: (result: BulkResult) => void;
  onEnd: (why: BulkEnding, error?: Error) => void;
}

export interface PreparedRun {
  settings: RunSettings;
  queues: MailboxQueues;
  /** Rows, where they can be counted before. */
  total: number | undefined;
}

/** For a transporter that says nothing else: what Graph allows for one mailbox. */
const usualConcurrency = 4;

/**
 * Opens everything that a run needs, and settles what an earlier session left open. New mail is not sent yet.
 * @throws BulkInputError or JournalError
 */
export async function prepareRun(options: BulkOptions, context: PrepareContext): Promise<SendLoop> {
  const { clock, files, machine, signal, results, opened, onResult, onEnd } = context;
  const settings = settleSettings(options);
  const input = await asBegun(await openInput(options, settings), options.journal, signal);
  const composer = createRowComposer({ template: input.template, listHeaders: options });
  const suppression = options.suppress === undefined ? undefined : await openSuppressionList(options.suppress);
  const identity = await identifyRun(input, signal);
  const maxErrors = errorThreshold(options.maxErrors, identity.total);
  const graphTransporter = graphTransporterOf(options.transporter);
  const tracing = settings.unknown === 'trace' ? tracingTransporterOf(graphTransporter) : undefined;
  const concurrency = settings.concurrency ?? graphTransporter?.mailboxConcurrency ?? usualConcurrency;
  const queues = new MailboxQueues(settings, concurrency, clock);
  const senders = settings.senders.map((sender) => ({ sender, mailbox: mailboxOfSender(sender, graphTransporter) }));

  const at = () => new Date(clock.now()).toISOString();
  const { resume, takeOver } = options;
  const run = await openRun(identity, folderOf(options, identity), { resume, takeOver, at: at(), files, machine });
  const { states } = run;
  const { transporter, allowDuplicates, retryFailed = false } = options;
  const queueFor = await restorePace(queues, run, clock).catch(async (error: unknown) => {
    await run.close();
    throw error;
  });
  const addresses = allowDuplicates ? undefined : new AddressSet();
  const sendLoop = new SendLoop({
    runId: run.id,
    rows: new RowsToSend({
      source: input.source,
      state: states.state,
      addresses,
      total: identity.total,
      resend: settings.unknown === 'resend',
      retryFailed,
    }),
    composer,
    senders: senders.map(({ sender, mailbox }) => ({ sender, queue: queueFor(mailbox) })),
    queueOf: (message) => queueFor(mailboxOfMessage(message, graphTransporter)),
    queues,
    sending: { transporter, tellsAttempts: graphTransporter !== undefined, states, suppression, clock, signal },
    addresses,
    readBefore: rowsKnown(states.state),
    limit: settings.limit,
    maxErrors,
    patience: settings.patience,
    clock,
    results,
    onResult,
    onEnd,
  });
  opened(run, sendLoop, { settings, queues, total: identity.total });
  const { takenFrom } = run;
  const session = { at: at(), pid: process.pid, host: hostname(), ...(takenFrom && { takenFrom }) };
  await states.append({ type: 'session', event: 'start', ...session });
  if (run.continued) {
    for (const mailbox of states.state.mailboxes()) queueFor(mailbox);
    const { unknown } = settings;
    const fromOf = (mailbox: string) =>
      senders.flatMap((one) => (one.mailbox.toLowerCase() === mailbox.toLowerCase() ? one.sender.address : []));
    const traced = tracing && (await settleByTrace({ states, graphTransporter: tracing, fromOf, clock, signal }));
    if (traced?.fault) {
      onEnd(whyEnded(traced.fault), traced.fault);
      return sendLoop;
    }
    const suppressed = suppression && (await suppressedDrafts(input.source, states.state, suppression));
    const fault = await settleEarlier({
      states,
      graphTransporter,
      queues,
      queueFor,
      look: unknown === 'verify' || unknown === 'trace' ? unknown : undefined,
      unsearched: traced?.unsearched,
      suppressed,
      clock,
      signal,
      ending: () => sendLoop.ending,
    }).catch((error: unknown) => {
      // Drafts may have been sent: that is an end of the run, and not a run that could not begin.
      if (states.failure) return states.failure;
      throw error;
    });
    if (fault) onEnd(whyEnded(fault), fault);
  }
  return sendLoop;
}

function whyEnded(fault: Error): BulkEnding {
  if (fault instanceof JournalError) return 'journal';
  const { kind } = classifyFailure(fault);
  if (kind === 'hits-all') return 'refused';
  // Unknown: Graph could not be asked about what is open.
  return kind === 'unknown' && isGraphMailError(fault) && fault.permanent ? 'refused' : 'temporary';
}

function folderOf({ journal }: BulkOptions, { id }: RunIdentity): string | undefined {
  return typeof journal === 'function' ? journal(id) : journal;
}
