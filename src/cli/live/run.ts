import { AssertionError } from 'node:assert/strict';
import { type Clock, systemClock } from '../../common/clock.js';
import { cleanUp, type Leftovers } from './clean-up.js';
import { type Exchange, ProbeFailure } from './common/exchange.js';
import { differences } from './common/expected.js';
import type { Mark, Permission, Question, TenantCase } from './common/probe.js';
import { messagePath, type Target } from './common/target.js';
import { interactiveQuestions, questions, topics, unanswerable } from './probes.js';

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

/** The most mails that a run sends, whatever its probes do: the number that the user agreed to. */
export const MOST_MAILS = 40;

/** Milliseconds: clocks may differ, and the first mail takes time to arrive. */
const BEFORE = 15 * 60_000;

/**
 * Tries the contract and then the open questions, one after the other, and deletes what it made.
 * @throws what prevented the start: without a token nothing is tried
 */
export async function runLive(target: Target, options: LiveOptions = {}): Promise<LiveResult> {
  const { print = () => {}, signal, timeLimit, cleaningLimit, clock = systemClock } = options;
  const since = new Date(clock.now() - BEFORE);
  const time = limited(clock, timeLimit, signal);
  target.signal = time.signal;
  // Probes that the end of the run left out are only in the report.
  const say = (line: string) => {
    if (!time.signal.aborted) print(line);
  };
  const results: ProbeResult[] = [];
  let permissions: ReadonlySet<Permission> = new Set();
  let leftovers: Leftovers = { deleted: 0, stays: [] };
  try {
    permissions = await permissionsOf(target);
    print(`Run ${target.run}: ${target.settings.mailbox}, mail to ${target.settings.to.join(', ')} only`);
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
    // Waiting for the user has no time limit; `--remove-role` asked for it.
    if (target.settings.waitForRemoval && !time.signal.aborted) {
      time.release();
      target.signal = signal;
    }
    for (const one of interactiveQuestions) await ask(one);
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
  /** For the terminal of the user, whose tenant it is: it may have addresses. */
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

/** Of errors from elsewhere, a report has only the kind, as their messages may have addresses. */
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

/**
 * What the application may do with the mailbox: by the roles of its token, or, when it has none (as with RBAC for
 * Applications), by the answers to harmless requests.
 */
async function permissionsOf(target: Target): Promise<ReadonlySet<Permission>> {
  const roles = rolesIn(await target.accessToken());
  const found = new Set<Permission>();
  if (roles === undefined) {
    found.add('Mail.Send');
    const read = await target.graph('GET', '/messages?$top=1&$select=id');
    if (read.status === 200) found.add('Mail.Read');
    const write = await target.graph('DELETE', messagePath('AAMkAGNothing='));
    if (write.status !== 401 && write.status !== 403) found.add('Mail.ReadWrite');
  } else {
    if (roles.includes('Mail.Send')) found.add('Mail.Send');
    if (roles.includes('Mail.Read')) found.add('Mail.Read');
    if (roles.includes('Mail.ReadWrite')) found.add('Mail.ReadWrite');
  }
  if (found.has('Mail.ReadWrite')) found.add('Mail.Read');
  return found;
}

/** Only for display, and to leave out probes that cannot work: a client must not depend on what is in a token. */
function rolesIn(token: string): string[] | undefined {
  try {
    const { roles } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return Array.isArray(roles) ? roles : undefined;
  } catch {
    return undefined;
  }
}
