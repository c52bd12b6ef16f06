import { hostname } from 'node:os';
import { isGraphMailError } from '../../common/errors.js';
import type { Clock } from '../../common/timers.js';
import { AddressSet } from '../checks/address-set.js';
import type { BulkEnding, BulkResult } from '../common/bulk-results.js';
import { JournalError } from '../common/errors.js';
import { graphFace } from '../common/graph-transporter.js';
import type { FileOperations } from '../journal/file-operations.js';
import type { Machine } from '../journal/lock-holder.js';
import { createRowComposer } from '../message/compose-row.js';
import { openSuppressionList } from '../suppression/suppression-list.js';
import { tracingFace } from '../trace/search-trace.js';
import type { BulkOptions } from './bulk-options.js';
import { judgeFailure } from './classify-failure.js';
import { Lanes } from './mailbox-queues.js';
import { mailboxOfMessage, mailboxOfSender } from './mailboxes.js';
import { errorThreshold } from './max-errors.js';
import { type OpenRun, openRun } from './open-run.js';
import { laneMemory } from './restore-pace.js';
import type { ResultQueue } from './result-queue.js';
import { RowsToSend } from './rows-to-send.js';
import { asBegun, identifyRun, openInput, type RunIdentity } from './run-input.js';
import { Feeder } from './send-loop.js';
import { type RunSettings, settleSettings } from './settings.js';
import { settleByTrace } from './settle-by-trace.js';
import { settleEarlier } from './settle-earlier.js';
import { suppressedDrafts } from './suppressed-drafts.js';
import { rowsKnown } from './totals.js';

/** What a run takes from outside of its options. */
export interface RunSurroundings {
  clock: Clock;
  files: FileOperations | undefined;
  machine: Machine | undefined;
  /** Ends what is in flight. */
  signal: AbortSignal;
  results: ResultQueue<BulkResult>;
  /** Told as soon as the run is open, so that it is closed whatever comes then. */
  opened: (run: OpenRun, feeder: Feeder, prepared: PreparedRun) => void;
  onResult: (result: BulkResult) => void;
  onEnd: (why: BulkEnding, error?: Error) => void;
}

export interface PreparedRun {
  settings: RunSettings;
  lanes: Lanes;
  /** Rows, where they can be counted before. */
  total: number | undefined;
}

/** Least for a transporter that says nothing else: what Graph allows to one mailbox. */
const usualConcurrency = 4;

/**
 * Opens everything that a run needs, and settles what an earlier session left open. New mail is not sent yet.
 * @throws BulkInputError or JournalError
 */
export async function prepareRun(options: BulkOptions, surroundings: RunSurroundings): Promise<Feeder> {
  const { clock, files, machine, signal, results, opened, onResult, onEnd } = surroundings;
  const settings = settleSettings(options);
  const input = await asBegun(await openInput(options, settings), options.journal, signal);
  const composer = createRowComposer({ template: input.template, manners: options });
  const suppression = options.suppress === undefined ? undefined : await openSuppressionList(options.suppress);
  const identity = await identifyRun(input, signal);
  const maxErrors = errorThreshold(options.maxErrors, identity.total);
  const face = graphFace(options.transporter);
  const tracing = settings.unknown === 'trace' ? tracingFace(face) : undefined;
  const concurrency = settings.concurrency ?? face?.mailboxConcurrency ?? usualConcurrency;
  const lanes = new Lanes(settings, concurrency, clock);
  const senders = settings.senders.map((sender) => ({ sender, mailbox: mailboxOfSender(sender, face) }));

  const at = () => new Date(clock.now()).toISOString();
  const { resume, takeOver } = options;
  const run = await openRun(identity, folderOf(options, identity), { resume, takeOver, at: at(), files, machine });
  const { states } = run;
  const { transporter, allowDuplicates, retryFailed = false } = options;
  const laneFor = await laneMemory(lanes, run, clock).catch(async (error: unknown) => {
    await run.close();
    throw error;
  });
  const addresses = allowDuplicates ? undefined : new AddressSet();
  const feeder = new Feeder({
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
    senders: senders.map(({ sender, mailbox }) => ({ sender, lane: laneFor(mailbox) })),
    laneOf: (message) => laneFor(mailboxOfMessage(message, face)),
    lanes,
    sending: { transporter, tellsAttempts: face !== undefined, states, suppression, clock, signal },
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
  opened(run, feeder, { settings, lanes, total: identity.total });
  const { takenFrom } = run;
  const session = { at: at(), pid: process.pid, host: hostname(), ...(takenFrom && { takenFrom }) };
  await states.append({ type: 'session', event: 'start', ...session });
  if (run.continued) {
    for (const mailbox of states.state.mailboxes()) laneFor(mailbox);
    const { unknown } = settings;
    const fromOf = (mailbox: string) =>
      senders.flatMap((one) => (one.mailbox.toLowerCase() === mailbox.toLowerCase() ? one.sender.address : []));
    const traced = tracing && (await settleByTrace({ states, face: tracing, fromOf, clock, signal }));
    if (traced?.fault) {
      onEnd(whyEnded(traced.fault), traced.fault);
      return feeder;
    }
    const suppressed = suppression && (await suppressedDrafts(input.source, states.state, suppression));
    const fault = await settleEarlier({
      states,
      face,
      lanes,
      laneFor,
      look: unknown === 'verify' || unknown === 'trace' ? unknown : undefined,
      unsearched: traced?.unsearched,
      suppressed,
      clock,
      signal,
      ending: () => feeder.ending,
    }).catch((error: unknown) => {
      // Drafts may have been sent: that is an end of the run, and not a run that could not begin.
      if (states.failure) return states.failure;
      throw error;
    });
    if (fault) onEnd(whyEnded(fault), fault);
  }
  return feeder;
}

function whyEnded(fault: Error): BulkEnding {
  if (fault instanceof JournalError) return 'journal';
  const { kind } = judgeFailure(fault);
  if (kind === 'hits-all') return 'refused';
  // Unknown: nobody could be asked about what is open.
  return kind === 'unknown' && isGraphMailError(fault) && fault.permanent ? 'refused' : 'temporary';
}

function folderOf({ journal }: BulkOptions, { id }: RunIdentity): string | undefined {
  return typeof journal === 'function' ? journal(id) : journal;
}
