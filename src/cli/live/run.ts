import { AssertionError } from 'node:assert/strict';
import { type Clock, systemClock } from '../../common/timers.js';
import { topics } from './cases/index.js';
import { cleanUp, type Leftovers } from './clean-up.js';
import type { Exchange } from './common/exchange.js';
import { differences } from './common/expected.js';
import { type Mark, type Permission, ProbeFailure, type Question, type TenantCase } from './common/probe.js';
import type { Target } from './common/target.js';
import { permissionsOf } from './permissions.js';
import { questions, unanswerable, withPerson } from './questions/index.js';

export type Verdict = 'held' | 'did not hold' | 'not tried';

export interface ProbeResult {
  id: string;
  topic: string;
  /** The behaviour or the assumption, a sentence. */
  question: string;
  /** `open`: no source tells, so that whatever is seen is no failure. */
  mark: Mark | 'open';
  facts: readonly string[];
  verdict: Verdict;
  /** What was seen, in words that a report may have. */
  seen: string;
  exchanges: readonly Exchange[];
}

export interface LiveResult {
  permissions: readonly Permission[];
  results: readonly ProbeResult[];
  end: 'complete' | 'interrupted' | 'out of time';
  mails: number;
  leftovers: Leftovers;
}

export interface LiveOptions {
  print?: (line: string) => void;
  /** Ends the run before the next probe; what it made is deleted all the same. */
  signal?: AbortSignal;
  /** Milliseconds for the probes, and for cleaning up. Default: none. */
  timeLimit?: number;
  cleaningLimit?: number;
  clock?: Clock;
}

/** At most so many mails are sent by a run, whatever its probes do: what a person agreed to. */
export const MOST_MAILS = 40;

/** Seconds of clocks that differ, and the way of the first mail. */
const BEFORE = 15 * 60_000;

/**
 * Tries the contract and then the open questions, one after the other, and deletes what it made.
 * @throws what kept it from beginning: without a token nothing is tried
 */
export async function runLive(target: Target, options: LiveOptions = {}): Promise<LiveResult> {
  const { print = () => {}, signal, timeLimit, cleaningLimit, clock = systemClock } = options;
  const since = new Date(clock.now() - BEFORE);
  const time = limited(clock, timeLimit, signal);
  target.signal = time.signal;
  // Of probes that the end of the run left out, the report tells.
  const say = (line: string) => {
    if (!time.signal.aborted) print(line);
  };
  const results: ProbeResult[] = [];
  let permissions: ReadonlySet<Permission> = new Set();
  let leftovers: Leftovers = { deleted: 0, stays: [] };
  try {
    permissions = await permissionsOf(target);
    print(`Run ${target.run}: ${target.place.mailbox}, mail to ${target.place.to.join(', ')} only`);
    print(`The application has: ${[...permissions].join(', ') || 'no permission'}`);
    for (const { topic, cases } of topics) {
      say(`\n${topic}`);
      for (const one of cases) {
        const { id, facts, behaviour, mark, needs = [] } = one;
        const about = { id, topic, question: behaviour, mark, facts };
        const { result, detail } = await attempt(about, needs, permissions, target, () => tryCase(one, target));
        results.push(result);
        say(lineOf(result, `${behaviour} (${mark})`, detail));
      }
      await target.deleteDrafts();
    }
    say('\nOpen questions');
    const ask = async (one: Question): Promise<void> => {
      const { id, facts, topic, assumption, needs = [] } = one;
      const about = { id, topic, question: assumption, mark: 'open' as const, facts };
      const { result, detail } = await attempt(about, needs, permissions, target, () => tryQuestion(one, target));
      results.push(result);
      say(lineOf(result, `${topic}: ${assumption}`, detail));
    };
    for (const one of questions) await ask(one);
    // A person takes the time that it takes; who wants these asked knows that.
    if (target.place.waitForRemoval && !time.signal.aborted) {
      time.release();
      target.signal = signal;
    }
    for (const one of withPerson) await ask(one);
    target.signal = time.signal;
    for (const { topic, assumption, because } of unanswerable) {
      say(lineOf({ verdict: 'not tried' }, `${topic}: ${assumption}`, because));
    }
  } finally {
    time.release();
    if (time.signal.aborted) print(`\nThe run ends here: ${reasonOf(time.signal)}. What it made is deleted now.`);
    const forCleaning = limited(clock, cleaningLimit);
    target.signal = forCleaning.signal;
    leftovers = await cleanUp(target, permissions, since);
    forCleaning.release();
    if (leftovers.stays.length > 0) print(`\nWhat stays has [contract test ${target.run}] in its subject:`);
    for (const one of leftovers.stays) print(`  ${one}`);
  }
  print(`\nContract:       ${summary(results.filter(({ mark }) => mark !== 'open'))}`);
  print(`Open questions: ${summary(results.filter(({ mark }) => mark === 'open'))}`);
  const end = signal?.aborted ? 'interrupted' : time.signal.aborted ? 'out of time' : 'complete';
  return { permissions: [...permissions], results, end, mails: target.mails, leftovers };
}

type About = Omit<ProbeResult, 'verdict' | 'seen' | 'exchanges'>;

interface Seen {
  verdict: Verdict;
  seen: string;
  /** For the terminal of the person whose tenant it is: it may have addresses. */
  detail?: string;
}

async function attempt(
  about: About,
  needs: readonly Permission[],
  has: ReadonlySet<Permission>,
  target: Target,
  look: () => Promise<Seen>,
): Promise<{ result: ProbeResult; detail: string }> {
  const first = target.exchanges.length;
  const lacking = needs.find((permission) => !has.has(permission));
  const {
    verdict,
    seen,
    detail = seen,
  } = await (async (): Promise<Seen> => {
    if (target.signal?.aborted) return { verdict: 'not tried', seen: reasonOf(target.signal) };
    if (lacking !== undefined) return { verdict: 'not tried', seen: `needs ${lacking}` };
    try {
      return await look();
    } catch (error) {
      if (target.signal?.aborted) return { verdict: 'not tried', seen: reasonOf(target.signal) };
      return failed(error, about.mark);
    }
  })();
  return { result: { ...about, verdict, seen, exchanges: target.exchanges.slice(first) }, detail };
}

async function tryCase(one: TenantCase, target: Target): Promise<Seen> {
  const reply = await one.ask(target);
  const found = differences(reply, one.answer);
  if (found.length > 0) {
    return {
      verdict: 'did not hold',
      seen: found.map(({ what }) => what).join('; '),
      detail: found.map(({ what, details }) => `${what}${details}`).join('; '),
    };
  }
  await one.also?.(target, reply);
  return { verdict: 'held', seen: '' };
}

async function tryQuestion({ look }: Question, target: Target): Promise<Seen> {
  const finding = await look(target);
  if (typeof finding === 'string') return { verdict: 'not tried', seen: finding };
  return { verdict: finding.held ? 'held' : 'did not hold', seen: finding.seen };
}

/** Of errors that others made, a report has the kind alone. */
function failed(error: unknown, mark: ProbeResult['mark']): Seen {
  const verdict = mark === 'open' ? 'not tried' : 'did not hold';
  if (error instanceof ProbeFailure) return { verdict, seen: error.message };
  const seen = error instanceof AssertionError ? 'the answer is another' : 'it could not be asked to the end';
  return { verdict, seen, detail: String(error) };
}

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof ProbeFailure ? reason.message : 'the run was interrupted';
}

function lineOf({ verdict }: Pick<ProbeResult, 'verdict'>, what: string, detail: string): string {
  return `  ${verdict.padEnd(13)} ${what}${detail === '' ? '' : `\n${' '.repeat(16)}${detail}`}`;
}

function summary(results: readonly ProbeResult[]): string {
  const verdicts: readonly Verdict[] = ['held', 'did not hold', 'not tried'];
  return verdicts.map((one) => `${results.filter(({ verdict }) => verdict === one).length} ${one}`).join(', ');
}

function limited(clock: Clock, ms: number | undefined, signal?: AbortSignal) {
  const limit = new AbortController();
  const forget =
    ms === undefined ? () => {} : clock.after(ms, () => limit.abort(new ProbeFailure('the time was over')));
  const stop = () => limit.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  return {
    signal: limit.signal,
    release: () => {
      forget();
      signal?.removeEventListener('abort', stop);
    },
  };
}
